l:10 20 30 40
m:(1 2 3;4 5 6)
n:((1 2;3 4);(5 6;7 8))
d:`a`b`c!10 20 30
e:`x`y!(1 2 3;4 5 6)
t:([]a:1 2 3;b:`x`y`z)
k:([s:`p`q`r]v:1 2 3;w:4 5 6)
kk:([s:`p`q;n:1 2]v:10 20)
f:{x+10*y}
one:{x*2}
three:{x,y,z}
/ lists
l 0 / 10
l[3] / 40
l 4 / 0N
l -1 / 0N
l 0N / 0N
l 1 3 / 20 40
l (0 1;2 3) / (10 20;30 40)
l (0;1 2) / (10;20 30)
l `a / 'type
l 1.5 / 'type
l 0b / 10
l 0x01 / 20
l 2h / 30
l[::] / 10 20 30 40
l @ 1 / 20
l . enlist 1 / 20
l . 1 / 20
l[til 0] / 0#10
"abc"1 2 / "bc"
"abc"5 / " "
`a`b`c 1 / `b
`a`b`c 7 / `
(1.5 2.5)9 / 0n
(2000.01.01 2000.01.02)5 / 0Nd
(101b)7 / 0b
(1;`a;"x")1 / `a
(1 2;3 4)5 / 0#0
(`a;1)9 / `
m[0;1] / 2
m[1] / 4 5 6
m[;1] / 2 5
m[0 1;2] / 3 6
m[0 1;1 2] / (2 3;5 6)
m . 0 1 / 2
m .(0;1 2) / 2 3
m .(::;1) / 2 5
m .(0 1;0) / 1 4
m[;] / (1 2 3;4 5 6)
n[0;1;0] / 3
n[;1;0] / 3 7
n[;;1] / (2 4;6 8)
n[0;;1] / 2 4
n . 1 1 1 / 8
n[1][0][1] / 6
m[0;1;2] / 'rank
m@/1 2 / 6
/ dicts
d`a / 10
d`b`c / 20 30
d`zz / 0N
d`a`zz / 10 0N
d[`a] / 10
d@`c / 30
d . enlist`b / 20
d[] / `a`b`c!10 20 30
d(`a;`b) / 10 20
d(`a`b;`c) / (10 20;30)
e[`x;1] / 2
e[`x`y;1] / 2 5
e[;1] / `x`y!2 5
e . (`y;0 2) / 4 6
e[`x][2] / 3
d 1 / 'type
(1 2!`a`b)2 / `b
(1 2!`a`b)3 / `
(("ab";"cd")!1 2)"cd" / 2
((1 2;3 4)!`u`v)3 4 / `v
(`a`b!(1;`z))`b / `z
(`a`b`c!(1;2 3;`x))`b`a / (2 3;1)
/ step dicts
(`s#1 5 10!`a`b`c)7 / `b
(`s#1 5 10!`a`b`c)0 5 100 / ``b`c
/ tables
t 0 / `a`b!(1;`x)
t`a / 1 2 3
t`a`b / (1 2 3;`x`y`z)
t[1;`b] / `y
t[0 2] / ([]a:1 3;b:`x`z)
t[0 2;`a] / 1 3
t[;`b] / `x`y`z
t[5;`a] / 0N
t[5] / `a`b!(0N;`)
t`c / 'c
t[2][`b] / `z
first t / `a`b!(1;`x)
count t / 3
/ keyed tables
k`p / `v`w!1 4
k[`q;`w] / 5
k`zz / `v`w!0N 0N
k[`p`r;`v] / 1 3
k([]s:`r`p) / ([]v:3 1;w:6 4)
k enlist[`s]!enlist`q / `v`w!2 5
kk(`p;1) / (enlist`v)!enlist 10
kk[(`q;2);`v] / 20
kk((`p;1);(`q;9)) / ([]v:10 0N)
/ functions
f[1;2] / 21
f . 1 2 / 21
f .(1 2;3) / 31 32
one 5 / 10
one[5] / 10
one@5 / 10
one . enlist 5 / 10
@[one;5] / 10
.[f;1 2] / 21
neg 5 / -5
neg[5] / -5
@[neg;5] / -5
neg . enlist 5 / -5
{5}[] / 5
{5} . enlist(::) / 5
{5}[1] / 5
{[]5}[1] / 5
one[1;2] / 'rank
f[1;2;3] / 'rank
{[a;b;c]a}[1;2;3;4] / 'rank
+[1;2;3] / 'rank
neg[1;2] / 'rank
/ projections
f[1][2] / 21
f[;2][1] / 21
f[1;][2] / 21
f[;][1;2] / 21
three[1;;][2;3] / 1 2 3
three[;2;][1;3] / 1 2 3
three[;;3][1;2] / 1 2 3
three[1][2][3] / 1 2 3
three[1;2][3] / 1 2 3
three[;2][1;3] / 1 2 3
three[;2][1][3] / 1 2 3
(f[1;])each 1 2 / 11 21
f[1]'[1 2] / 11 21
(10 xexp)2 / 100f
2 xbar/:1 2 3 / 0 2 2
type f[1] / 104h
type (2+) / 104h
(+;-;*).\:5 3 / 8 2 15
(1;;3)2 / 1 2 3
(;2)1 / 1 2
type (1;;3) / 104h
/ compositions
('[neg;{x+y}])[1;2] / -3
('[one;one])5 / 20
(one one@)5 / 20
(neg sum@)1 2 3 / -6
type ('[neg;sum]) / 105h
{count distinct x}1 1 2 / 2
(2*3+)4 / 14
('[{x+1};{x*2};{x-3}])10 / 15
/ names and text as functions
`f[1;2] / 21
`one 5 / 10
`l 1 / 20
value(`f;1;2) / 21
value("f";1;2) / 21
value({x+y};1;2) / 3
value(+;1;2) / 3
value"1+1" / 2
value`l / 10 20 30 40
value d / 10 20 30
value"l:10 20 30 40" / 10 20 30 40
get`d / d
`nosuch 1 / 'nosuch
/ each is application too
count each(1 2;3) / 2 1
f'[1 2;3 4] / 31 42
l@/:(0 1;2 3) / (10 20;30 40)
(neg;abs)@\:-3 3 / (3 -3;3 3)
/ trains
(0|+)[3;-5] / 0
(0|+)\[0;1 -5 3] / 1 0 3
(neg 1++)[2;3] / -6
type(0|+) / 105h

/ a function met on the way down is applied to what is left (page basics/application.md)
(sum;dev;max)[2;4 9 1] / 9
(sum;max)[0 1;1 2 3] / 6 3
(sum;max) . (1;1 5 2) / 5
(`a`b!(sum;{x*y}))[`b;3;4] / 12
({x+y};-)[;7;2] / 9 5
({x};{y})[1;2;3] / 3
1 ({2*x="x"};{1+x="f"};{0})/"fx" / 0
(1 2;(3 4;5 6))[1;0;1] / 4
(enlist/)[30000;7] . 30000#0 / 7
/ compositions: a final :: marks one
sa:sum abs::
sa 1 -2 / 3
(sum 3#::)5 4 3 2 1 / 12
hd:sum (<>)::
hd[1 2 3;1 5 3] / 1i
(count::)1 2 3 / 3
(2<count::)1 2 3 / 1b
(neg sum {x*x}::)1 2 3 / -14
(raze 2 cut::)1 2 3 / 1 2 3
l2:{[l]l*{x*x}::}
l2[3]2 / 12
1 2 3 :: / 1 2 3
/ the rank of a composition is that of its last function
nd:('[neg;+])
(nd 1)2 / -3
nd[1;2] / -3
('[neg;{x+y+z}])[1;;3]2 / -6
/ a train may end in a word
mm:`t xdesc upsert
mm[([]t:1 2);(enlist`t)!enlist 5] / ([]t:5 2 1)
/ a handle is a unary value
type ('[-1;{"msg ",x}]) / 105h
