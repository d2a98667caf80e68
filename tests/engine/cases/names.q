a:1
.n.b:2
.n.f:{b+x}
.deep.er.c:3
t:([]x:1 2;y:`p`q)
d:`u`v!10 20
/ reading
a / 1
.n.b / 2
.deep.er.c / 3
nosuch / 'nosuch
.n.nosuch / '.n.nosuch
.nospace.x / '.nospace.x
t.x / 1 2
d.u / 10
key`.n / ``b`f
.n`b / 2
.n[`b] / 2
`.[`a] / 1
type .n / 99h
key`.deep / ``er
.deep.er`c / 3
/ setting
{.n.new:x;.n.new}5 / 5
{g1::x;g1}6 / 6
{.p.q.r::7;.p.q.r}0 / 7
{`g2 set x;g2}8 / 8
{`.n.z set x;.n.z}9 / 9
`g3 set 1 / `g3
get`a / 1
get`.n.b / 2
value`a / 1
{.w:`i`j!1 2;.w.j}0 / 2
{.w2:`i`j!1 2;.w2.k:3;.w2`k}0 / 3
{q1:1;q1}0 / 1
count:5 / 'assign
{til:5}0 / 'assign
/ a local hides a global
{a:5;a}0 / 5
{[a]a}7 / 7
{a}0 / 1
{a:5;{a}0}0 / 1
/ deleting
{g4::1;delete g4 from`.;@[value;`g4;{x}]}0 / "g4"
delete nosuch from`. / 'nosuch
/ views
v1::a+1
v1 / 2
{a2::1;value"v2::a2*10";r:v2;a2::5;(r;v2)}0 / 10 50
view`v1 / "a+1"
loop1::loop1+1
loop1 / 'loop
/ namespaces of evaluation
system"d" / `.
value"\\d" / `.
.n.f 1 / 'b
/ system commands
system"P" / 7i
system"c" / 25 80i
{system"P 3";r:system"P";system"P 7";r}0 / 3i
`t in system"a" / 1b
`a in system"v" / 1b
type system"f" / 11h
system"nosuchcommand" / 'access
system 1 / 'type
type system"w" / 7h
system"z" / 0i
system"S" / -314159i
type .z.p / -12h
type .z.d / -14h
type .z.n / -16h
type .z.t / -19h
type .z.K / -9h
type .z.w / -6h
type .z.x / 0h
gw:1 2 3;{gw[x]:y}[1;5];gw / 1 5 3
gw:1 2 3;{gw[x]+:y}[1;5];gw / 1 7 3
gn:1;{gn+:x}5;gn / 6
gd:(enlist`a)!enlist();{gd[x],:enlist y}[`a;1 2];gd / (enlist`a)!enlist enlist 1 2
gn:1;{gn:0;gn+:x;gn}5 / 5
{kd::`q`w!1 2;key`kd}[] / `q`w
{kk::([s:`q`w]g:1 2);key`kk}[] / ([]s:`q`w)
{kv::1;key`kv}[] / `kv
/ assign through an operator with two colons amends the global
{ag::1 2;{ag,::3}[];ag}[] / 1 2 3
{bg::10;{bg+::1}[];bg}[] / 11
{ag::1 2;{ag[0]+::5}[];ag}[] / 6 2
{[v]v+::1;v}5 / 6
cg:1 2
cg,::4
cg / 1 2 4
/ dotted names make dicts
{an.c:1;an.d:2;an`c`d}0 / 1 2
{an.c:1;an.e.f:3;an.e}0 / ``f!(::;3)
{v20:5;an2:6;an2.c:7}0 / 7
{be.:(::);be[`f]:{x};be[`g]:2;be}0 / ``f`g!(::;{x};2)
{.be2.e.:(::);.be2.e[`f]:1;.be2.e`f}0 / 1
