t:([]a:1 2)
d:`a`b!1 2
/ type
1+`a / 'type
"a"+`b / 'type
til 2.5 / 'type
til`a / 'type
{x+y}[1;`a] / 'type
1 2 3`a / 'type
$["ab";1;2] / 'type
`a+1 2 / 'type
neg`a / 'type
d 0.5 / 'type
t 1.5 / 'type
/ length
1 2+1 2 3 / 'length
(1 2;3)+1 2 3 / 'length
1 2 3f*1 2 / 'length
`a`b!1 2 3 / 'length
1 2{x+y}'1 2 3 / 'length
/ rank
{x}[1;2] / 'rank
{x+y}[1;2;3] / 'rank
+[1;2;3] / 'rank
count[1;2] / 'rank
{[]1}[1;2] / 'rank
/ domain, index
til -1 / 'domain
@[1 2;5;:;1] / 'length
{x[5]:1;x}1 2 / 'length
/ names
nosuch / 'nosuch
nosuch+1 / 'nosuch
1+nosuch / 'nosuch
{nosuch2}0 / 'nosuch2
.no.such / '.no.such
f.g.h / 'f.g.h
/ signals
'`mine / 'mine
'"my text" / 'my text
'"c" / 'stype
'1 / 'stype
'() / 'stype
{'`inner}0 / 'inner
{if[x>0;'`positive];x}5 / 'positive
{if[x>0;'`positive];x}-5 / -5
$[1b;'`yes;0] / 'yes
(1;'`no) / 'no
/ stack
{.z.s x}0 / 'stack
{1+.z.s x}0 / 'stack
{x+{y+.z.s[x;y]}[x;x]}1 / 'stack
/ names that cannot be assigned
sum:1 / 'assign
{sum:x}1 / 'assign
/ syntax
( / '(
[ / '[
{ / '{
) / ')
] / ']
} / '}
"abc / '"
{x+(y}[1;2] / '}
{x+[y)} / ')
1 2 3h4 / '1 2 3h4
`a`b]1 / ']
{[+]x} / '+
{[x;y;z;a;b;c;d;e;f]x} / 'params
{a::1;a:1} / 'a
#1 2 / '#
+1 / '+
,1 / ',
select from t where / t
/ after an error the session goes on
@[{1+x};`a;{x}] / "type"
1+1 / 2
value"{a",(":a"sv string til 111),":0}" / 'locals
value"{a",("::a"sv string til 112),"::0}" / 'globals

/ pages basics/errors.md
0W#2 / 'limit
"D=;"0:"0=hello;1=world" / 'IJS
`a`b xasc flip`a`b`a!(1 2;3 4;5 6) / 'dup

/ a table has columns
flip(`$())!() / 'rank
flip(0#`)!0#0 / 'rank
(`$())#([]x:()) / 'rank

/ parts that do not go together
(`a`b!1 2)#`a`b!1 2 / 'type
([a:1 2]b:3 4)+`a`b!1 2 / 'type
(`a`b!1 2)@([a:1 2]b:3 4) / 'type
(`a`b!1 2)?(1 2;3) / (`a`b;`)
-1?2000.01.01T00 / 'type
0W?1b / 'limit
ema[1.5 2;0N 1 2] / 'length
{a:([a:1 2;b:3 4]c:5 6);a["abc"]:2h;a}[] / 'length
{a:([a:1 2;b:3 4]c:5 6);a[0W]:{x};a}[] / 'length
{a:([]a:1 2;b:`x`y);a[`a`b]:`a`b!(1 2;3);a}[] / 'type
@[([a:1 2;b:3 4]c:5 6);();+/] / 'type
`a`b!([a:1 2]b:3 4) / 'type
.h.cd(1 2;3 4 5) / 'length
.h.fram["a";enlist"b";"abc"] / 'length
