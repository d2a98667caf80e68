a:10
l:1 2 3
m:(1 2 3;4 5 6;7 8 9)
f:{x+y}
g:{[a;b;c]a+b*c}
d:`a`b`c!1 2 3
t:([]a:1 2 3;b:`x`y`z)
/ right to left, without precedence
2*3+4 / 14
2+3*4 / 14
10-2-3 / 11
(10-2)-3 / 5
2*l+1 / 4 6 8
-3+4 / 1
1-2*3 / -5
neg 3+4 / -7
(neg 3)+4 / 1
count 1 2 3,4 5 / 5
(b0+5;b0:20;a-5) / 25 20 5
{x+x:3}5 / 6
{(x;x:3;x)}5 / 3 3 5
{(x:3)+x}5 / 8
{x:1;y:x+1;x,y}[0;0] / 1 2
/ spaces and signs
l-1 / 0 1 2
l -1 / 0N
(l)-1 / 0 1 2
l[1]-1 / 1
3 -1 / (3;-1)
3-1 / 2
3 - 1 / 2
"abc"1 / "b"
a-1 / 9
`a`b 1 / `b
/ brackets and parentheses
(1) / 1
(1;2) / 1 2
() / 0#enlist 1 2
((1)) / 1
(1;`a;"c") / (1;`a;"c")
(1 2;3) / (1 2;3)
+[2;3] / 5
f[2;3] / 5
f . 2 3 / 5
f[2][3] / 5
f[;3]2 / 5
f[2;]3 / 5
g[1;2;3] / 7
g[1;;3]2 / 7
l[] / 1 2 3
m[;0] / 1 4 7
m[1;] / 4 5 6
m[0 2;1] / 2 8
m[1;2] / 6
m[1][2] / 6
m 1 / 4 5 6
m[1 1] / (4 5 6;4 5 6)
count [1 2 3] / 3
/ nouns before nouns
l 1 / 2
neg l / -1 -2 -3
neg neg l / 1 2 3
{x*2}5 / 10
{x*2} {x+1} 5 / 12
d`b / 2
d`a`c / 1 3
t`b / `x`y`z
/ operators as values
(+)[1;2] / 3
(-) . 5 3 / 2
(count)1 2 / 2
(#)1 2 3 / 3
(+)flip m / m
(neg;abs)@\:-5 / 5 5
.[+;1 2] / 3
{x . 1 2}(+) / 3
{x[1;2]}(-) / -1
/ projections of operators
(2+)3 / 5
(+[2])3 / 5
(-[;2])5 / 3
(2-)each 1 2 / 1 0
/ assignment
(b:5)+1 / 6
{b:x;b+1}5 / 6
{a:1;a+:5;a}0 / 6
{a:1 2 3;a[1]:9;a}0 / 1 9 3
{a:1 2 3;a[1]+:9;a}0 / 1 11 3
{a:1 2 3;a[0 2]:7;a}0 / 7 2 7
{a:1 2 3;a[0 2]+:1 2;a}0 / 2 2 5
{a:(1 2;3 4);a[1;0]:9;a}0 / (1 2;9 4)
{a:(1 2;3 4);a[;0]:9;a}0 / (9 2;9 4)
{a:`x`y!1 2;a[`z]:3;a}0 / `x`y`z!1 2 3
{a:1;a,:2;a}0 / 'type
{a:1;a,:();a}0 / enlist 1
{a:enlist 1;a,:2;a}0 / 1 2
{a:1 2;a,:3 4;a}0 / 1 2 3 4
{(a;b):1 2;a+b}0 / 3
{a:b:3;a+b}0 / 6
{x[1]:9;x}1 2 3 / 1 9 3
{x+:1;x}5 / 6
{a:5;a-:1;a}0 / 4
{a:5;a*:2;a}0 / 10
{a:2;a|:7;a}0 / 7
/ lambdas
{x}5 / 5
{x+y}[1;2] / 3
{x+y+z}[1;2;3] / 6
{[a]a+1}5 / 6
{[a;b]b-a}[1;5] / 4
{[]5}[] / 5
{5}[] / 5
{5}0 / 5
{z}[1;2;3] / 3
{y}[1;2] / 2
{:x;99}5 / 5
{x;y}[1;2] / 2
{x;}[1] / (::)
{}[] / (::)
{[x]}1 / (::)
{{x+1}x*2}5 / 11
{f:{x+1};f x}5 / 6
{.z.s}0 / {.z.s}
{$[x<2;1;x*.z.s x-1]}5 / 120
{[n]$[n<2;n;.z.s[n-1]+.z.s n-2]}10 / 55
(value {x+y})1 / `x`y
(value {[p;q]r:p;r})2 / enlist `r
(value {[]1})1 / `$()
count value {x} / 9
{x+y}[;2] each 1 2 3 / 3 4 5
{a:x;{x+1}a}5 / 6
/ comments
1+1 /comment / 2
"a/b" / "a","/","b"
/ conditional and control words
$[1b;2;3] / 2
$[0b;2;3] / 3
$[0;1;0;2;3] / 3
$[0;1;5;2;3] / 2
$[0N;1;2] / 1
$[1b;2;'err] / 2
$[0b;'err;3] / 3
{$[x>3;`big;x>1;`mid;`small]}each 5 2 1 / `big`mid`small
{if[x>3;:`big];`small}each 5 2 / `big`small
{r:0;if[x;r:1;r+:1];r}1b / 2
{i:0;while[i<x;i+:1];i}5 / 5
{i:0;do[x;i+:2];i}5 / 10
{r:();i:0;while[i<3;r,:i;i+:1];r}0 / 0 1 2
{i:0;do[3;if[i=1;:`out];i+:1];`end}0 / `out
{$[x;[a:1;a+1];0]}1b / 2
if[0;1] / (::)
$[`a;1;2] / 'type
$[1 2;1;2] / 'type
{if["ab";1]}0 / 'type
$[" ";1;2] / 1
/ tables and dicts
([]a:1 2) / flip (enlist `a)!enlist 1 2
([]a:1 2;b:3) / flip `a`b!(1 2;3 3)
([]l;b:`x`y`z) / flip `l`b!(1 2 3;`x`y`z)
([k:1 2]v:3 4) / (flip (enlist `k)!enlist 1 2)!flip (enlist `v)!enlist 3 4
([k:1 2;j:`a`b]v:3 4)[(1;`a)] / (enlist `v)!enlist 3
([a:1;b:2]) / `a`b!1 2
cols ([]a:1 2;a:3 4) / `a`a1
([]a:1 2;b:1 2 3) / 'length
([]a:1) / 'rank
/ iterators attach without a space
+/[1 2 3] / 6
(+/)1 2 3 / 6
10+/1 2 3 / 16
f/[1 2 3] / 6
f'[1 2;3 4] / 4 6
1 2+'3 4 / 4 6
1 2+/:3 4 / (4 5;5 6)
1 2+\:3 4 / (4 5;5 6)
1 2 f'3 4 / 4 6
{x+y}/[0;1 2 3] / 6
(-':)1 3 6 / 1 2 3
/ keywords between arguments
7 mod 3 / 1
7 div 2 / 3
l in 2 3 / 011b
2 in l / 1b
(count each m) / 3 3 3
sum each m / 6 15 24
/ errors of syntax
(1;2 / '(
1+(2 / '(
[1;2 / '[
{x+1 / '{
"abc / '"
1 2) / ')
a] / ']
/ k: one-argument glyphs, and those words between their arguments that are operators
k)#1 2 3 / 3
k)2 in !3 / 1b
k){$[99h~@x;!x;()]}`a`b!1 2 / `a`b
3#key `.q / ``aj`aj0
{y;til[x].z.i}[1;2]~til[1] .z.i / 1b
/ a keyword right after a bracket and a dot is applied
(!).flip((`a;1);(`b;2)) / `a`b!1 2
(#).(2;3) / 3 3
/ 0: beside a delimiter is the verb
","0:2 3#til 6 / ("0,3";"1,4";"2,5")
0:10 / 00:10
