t:([]a:1 2 3;b:`x`y`x;c:1.5 2.5 0n)
k:([s:`x`y]n:10 20)
v:([]a:1 2;b:3 4)
`n set t
e:([]a:`long$();b:`symbol$())
nest:([]a:`x`y;b:(1 2;3 4 5))
/ meta
exec c from meta t / `a`b`c
exec t from meta t / "jsf"
exec f from meta t / ```
exec a from meta t / ```
exec a from meta update `s#a from t / `s``
exec t from meta nest / "sJ"
exec t from meta([]a:("ab";enlist"c");b:(1;`a)) / "C "
exec t from meta([]a:()) / enlist" "
keys meta t / enlist`c
meta`n / meta t
meta k / ([c:`s`n]t:"sj";f:``;a:``)
meta 1 2 3 / 'type
/ cols and keys
cols t / `a`b`c
cols k / `s`n
cols`n / `a`b`c
keys k / enlist`s
keys t / `symbol$()
keys`n / `symbol$()
key k / ([]s:`x`y)
value k / ([]n:10 20)
cols 1 2 / 'type
/ xcol
`z xcol t / ([]z:1 2 3;b:`x`y`x;c:1.5 2.5 0n)
`z`y xcol v / ([]z:1 2;y:3 4)
(`a`b!`p`q)xcol v / ([]p:1 2;q:3 4)
(enlist[`b]!enlist`q)xcol v / ([]a:1 2;q:3 4)
`p xcol k / ([p:`x`y]n:10 20)
`a`b`c xcol v / 'length
`b xcols v / ([]b:3 4;a:1 2)
`c`a xcols t / ([]c:1.5 2.5 0n;a:1 2 3;b:`x`y`x)
`zz xcols v / 'zz
`n xcols k / 'type
/ keys set and taken away
1!v / ([a:1 2]b:3 4)
0!1!v / v
0!k / ([]s:`x`y;n:10 20)
2!v / 'length
`b xkey v / ([b:3 4]a:1 2)
`a xkey k / 'a
() xkey k / 0!k
`n xkey k / ([n:10 20]s:`x`y)
1!`n / `n
n / 1!t
0!`n / `n
n / t
/ order
`b xasc t / ([]a:1 3 2;b:`x`x`y;c:1.5 0n 2.5)
`b`a xdesc t / ([]a:2 3 1;b:`y`x`x;c:2.5 0n 1.5)
`c xasc t / ([]a:3 1 2;b:`x`x`y;c:0n 1.5 2.5)
`c xdesc t / ([]a:2 1 3;b:`y`x`x;c:2.5 1.5 0n)
exec a from meta`b xasc t / ``s`
`n xasc k / ([s:`x`y]n:10 20)
`n xdesc k / ([s:`y`x]n:20 10)
`zz xasc t / 'zz
`a xdesc`n / `n
n / ([]a:3 2 1;b:`x`y`x;c:0n 2.5 1.5)
`a xasc`n / `n
n / t
/ groups
`b xgroup v / ([b:3 4]a:(enlist 1;enlist 2))
`b xgroup t / ([b:`x`y]a:(1 3;enlist 2);c:(1.5 0n;enlist 2.5))
`a`b xgroup t / ([a:1 2 3;b:`x`y`x]c:(enlist 1.5;enlist 2.5;enlist 0n))
`zz xgroup t / 'zz
ungroup nest / ([]a:`x`x`y`y`y;b:1 2 3 4 5)
ungroup`b xgroup t / ([]b:`x`x`y;a:1 3 2;c:1.5 0n 2.5)
ungroup([]a:1 2;b:(1 2;3 4);c:("ab";"cd")) / ([]a:1 1 2 2;b:1 2 3 4;c:"abcd")
ungroup([]a:1 2;b:(1 2;3 4);c:("ab";"c")) / 'length
ungroup v / v
/ rows
t 1 / `a`b`c!(2;`y;2.5)
v 0 1 / v
first v / `a`b!1 3
last v / `a`b!2 4
count t / 3
reverse v / ([]a:2 1;b:4 3)
v,v / ([]a:1 2 1 2;b:3 4 3 4)
v,`a`b!5 6 / ([]a:1 2 5;b:3 4 6)
v,([]b:5 6;a:7 8) / ([]a:1 2 7 8;b:3 4 5 6)
v,([]a:5 6) / 'mismatch
k,([s:`y`z]n:1 2) / ([s:`x`y`z]n:10 1 2)
distinct v,v / v
v union([]a:2 5;b:4 6) / ([]a:1 2 5;b:3 4 6)
v inter([]a:2 5;b:4 6) / ([]a:enlist 2;b:enlist 4)
v except([]a:2 5;b:4 6) / ([]a:enlist 1;b:enlist 3)
flip v / `a`b!(1 2;3 4)
flip`a`b!(1 2;3 4) / v
flip`a`b!(1 2;3) / ([]a:1 2;b:3 3)
1_v / ([]a:enlist 2;b:enlist 4)
-1_v / ([]a:enlist 1;b:enlist 3)
1#v / ([]a:enlist 1;b:enlist 3)
3#v / ([]a:1 2 1;b:3 4 3)
enlist[`a]#v / ([]a:1 2)
`a _ v / 'type
enlist[`a]_ v / ([]b:3 4)
v?`a`b!2 4 / 1
(`a`b!2 4)in v / 1b
k`x / (enlist`n)!enlist 10
k[`y;`n] / 20
k`zz / (enlist`n)!enlist 0N
k([]s:`y`x) / ([]n:20 10)
v`a / 1 2
v[1;`b] / 4
v[`b;1] / 4
tables[] / `e`k`n`nest`t`v
2#() / (();())
`a`b!2#() / `a`b!(();())
/ no rows yet
flip`a`b!() / ([]a:();b:())
cols flip`a`b!() / `a`b
count flip`a`b!() / 0
2#() / (();())
([q:`r])xcol t / 'length
/ meta looks at the first row
meta([]s:("ab";enlist"cd");n:(1 2;`a);m:(1;"ab")) / ([c:`s`n`m]t:"CJ ";f:```;a:```)
(`$())#([]a:1 2) / 'rank

/ a column name that comes twice gets a number
cols([]a:1 2;a:3 4) / `a`a1
cols([a:1 2]a:3 4) / `a`a1
/ what is no record is looked for in the only column
`a in([]k:`a`b) / 1b
`z`b in([]k:`a`b) / 01b
([]k:`a`b)?`b / 1
([]k:`a`b)?`z`a / 2 0
`b in key([k:`a`b]v:1 2) / 1b
{k:([a:`$()]b:`$();c:`$());k[`x`y]:(`p`q;`r);k}0 / ([a:`x`y]b:`p`q;c:`r`r)
/ a column takes the name that its expression assigns
cols([]a:1 2;`long$b:3 4) / `a`b
/ dictionary literals
([0;1;2]) / `x`x1`x2!0 1 2
([a:1;b:])2 / `a`b!1 2
([a:;b:])[1;"c"] / `a`b!(1;"c")
([]a:;b:1 2)3 4 / ([]a:3 4;b:1 2)
(([a:1;b:])')2 3 / ([]a:1 1;b:2 3)
/ step functions of keyed tables
(`s#([k:2 4]v:`a`b))([]k:1 2 3 5) / ([]v:``a`a`b)
(`s#([k:2 4]v:`a`b))3 / enlist[`v]!enlist`a
(`s#([n:`a`a`b;k:1 3 2]v:til 3))((`a;2);(`b;9)) / ([]v:0 2)
([]k:1 2 3)lj`s#([k:2 4]v:`a`b) / ([]k:1 2 3;v:``a`a)
/ what is dealt from gives the name
{n:x;item:y;cols([]n?0D0;n?item;a:n?9;n?item)}[3;`a`b] / `n`item`a`item1
