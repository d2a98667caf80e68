sym:`a`b
x:`sym$`a`b`a
dep:([d:`hr`it]boss:`ann`bob)
emp:([]n:`p`q`r;d:`dep$`it`hr`it)
num:([id:10 20]w:`ten`twenty)
fact:([]id:`num$20 10 20)
words:`p`q
row:([]a:`x`y`z)
lk:([]r:`row!2 0)
/ lists of symbols
value x / `a`b`a
type x / 20h
key x / `sym
x=`a / 101b
x 1 / `b
x in`a`c / 101b
`long$x / 0 1 0
"i"$x / 0 1 0i
`sym$`c / 'cast
`sym$`a / `a
`nothere$`a / 'nothere
type x 0 2 / 20h
type x,x / 20h
distinct value x / `a`b
count each group value x / `a`b!2 1
string x / (enlist"a";enlist"b";enlist"a")
`words?`q`r`s / `q`r`s
words / `p`q`r`s
`fresh?`z`y`z / `z`y`z
fresh / `z`y
.Q.s1 x / "`sym$`a`b`a"
/ foreign keys
meta emp / ([c:`n`d]t:"ss";f:``dep;a:``)
select n,d.boss from emp / ([]n:`p`q`r;boss:`bob`ann`bob)
exec d.boss from emp / `bob`ann`bob
select from emp where d.boss=`bob / ([]n:`p`r;d:`it`it)
select count i by d.boss from emp / ([boss:`ann`bob]x:1 2)
`dep$`xx / 'cast
`emp insert(`s;`xx) / 'cast
`emp insert(`s;`hr) / enlist 3
fkeys emp / (enlist`d)!enlist`dep
fkeys dep / (`symbol$())!`symbol$()
exec id.w from fact / `twenty`ten`twenty
/ links
exec r.a from lk / `z`x
`long$lk`r / 2 0
/ atoms
es:`b`a`c
ev:`es$`a`b`a
type ev 0 / -20h
.Q.s1 ev 0 / "`es$`a"
.Q.s1 `es$`a / "`es$`a"
type `es$`c / -20h
`es$`d / 'cast
value ev 0 / `a
type value ev 0 / -11h
key ev 0 / `es
"i"$ev 0 / 1i
`long$ev 1 / 0
6h$ev 0 / 1i
string ev 0 / enlist"a"
`a=ev 0 / 1b
ev=ev 0 / 101b
(ev 0)=ev 1 / 0b
(ev 0)in`a`z / 1b
type first ev / -20h
type last ev / -20h
type {x}each ev / 20h
type reverse ev / 20h
type(ev 0),ev 1 / 20h
type ev,ev 0 / 20h
type(ev 0),`q / 11h
type(ev 0;1) / 0h
type(ev 0;`es$`b) / 20h
type(ev 0;`dep$`hr) / 0h
type distinct ev / 20h
(ev!1 2 3)`b / 2
(`a`b!10 20)ev 0 / 10
(-9!-8!ev 0)~`a / 1b
type -9!-8!ev 0 / -11h
et:([]s:ev;v:1 2 3)
.Q.s1 et 0 / "`s`v!(`es$`a;1)"
type et[`s]1 / -20h
type exec first s from et / -20h
type exec s from et / 20h
type exec first s by v from et / 99h
select from et where s=first s / ([]s:`a`a;v:1 3)
exec sum v by s from et / `a`b!4 2
type key exec sum v by s from et / 20h
`et insert et 0 / enlist 3
type et`s / 20h
et / ([]s:`a`b`a`a;v:1 2 3 1)
type `es?`new / -20h
es / `b`a`c`new
type `nodomain!4000000000 / -20h
type `row!1 / -20h
attr`ee?`g#`a`b`a / `g
{`ee set`a`b;attr`ee$`s#`a`b}[] / `
{`ee set`a`b;.Q.s1`ee?`s#`a`b}[] / "`s#`ee$`s#`a`b"
/ enumerations hold places: they see what becomes of their domain
{d1::`a`b`c;e1::`d1$`a`b`c`b;d1[0]::`o;(e1;"i"$e1;value e1)}0 / (`d1$`o`b`c`b;0 1 2 1i;`o`b`c`b)
{d1::`a`b`c;t1::([]x:`d1$`c`a);d1::`x`y`z;exec x from t1}0 / `z`x
{d1::`a`b;e1::`d1$`b`a;d1,:`c;e1,:`c;value e1}0 / `b`a`c
{d1::`a`b;e1::`d1$`b`a;e1,:`zz;e1}0 / 'cast
{d1::`a`b;t1::([]x:`d1$`b`a);t1,:([]x:enlist`a);type t1`x}0 / 20h
{d1::`a`b;t1::([]x:`d1$`b`a);t1,:([]x:enlist`zz);t1}0 / 'cast
{s1::`a`c;d1::`a`b;s1,:`d1$`b;(type s1;s1)}0 / (11h;`a`c`b)
{e1::`nd1!1 0;nd1::`p`q;e1}0 / `nd1$`q`p
{k1::([id:1 2 3]n:`a`b`c);t1::([]r:`k1$1 3);k1::([id:7 8 9]n:`x`y`z);exec r from t1}0 / 7 9
/ enumerations as indexes
{k2::`a`b`c;(til 3)`k2$`b`c}0 / 1 2
{k2::`a`b`c;(til 3)first`k2$`b`c}0 / 1
{k2::`a`b`c;m:1 2 3;m[`k2$`b]:9;m}0 / 1 9 3
{k2::`a`b`c;@[1 2 3;`k2$`a`c;:;7]}0 / 7 2 7
{k2::`a`b`c;.[(1 2;3 4);`k2$`b`a;:;7]}0 / (1 2;7 4)
{k2::`a`b`c;"j"$(`k2$`b`c;`k2$`a`b)}0 / (1 2;0 1)
/ foreign keys over several columns
{k3::([a:1 2;b:`x`y]c:10 20);t3::([]r:`k3$((1;`x);(2;`y);(1;`x)));exec r.c from t3}0 / 10 20 10
{k3::([a:1 2;b:`x`y]c:10 20);`k3$enlist(9;`x)}0 / 'cast
{k3::([a:1 2;b:`x`y]c:10 20);t3::([]r:`k3$([]a:2 1;b:`y`x));exec r.c from t3}0 / 20 10
{k3::([a:1 2;b:`x`y]c:10 20);fkeys([]r:`k3$enlist(1;`x))}0 / (enlist`r)!enlist`k3

/ update and append keep an enumeration, and take members of its domain only
kd:`a`b`c
ke:`kd$`a`b
kt:([]s:`kd$`a`b`a;v:1 2 3)
type(update s:`b from kt where v=1)`s / 20h
exec s from update s:`b from kt where v=1 / `kd$`b`b`a
type(update s:`b by v from kt where v<3)`s / 20h
type(update s:`kd$`c from kt where v=1)`s / 20h
type(update s:`b from kt)`s / 11h
update s:`zz from kt where v=1 / 'cast
update s:1 from kt where v=1 / 'type
type ke 5 / -20h
type first prev ke / -20h
type first 1 xprev ke / -20h
type first next -1#ke / -20h
null first prev ke / 1b
type(ke;1)5 / 20h
{ke,:`c;ke}[] / `kd$`a`b`c
{ke,:`kd$`c`a;type ke}[] / 20h
{ke,:`zz;ke}[] / 'cast
{ke,:0#`;type ke}[] / 20h
{x,:`kd$`b;x}`a`c / `a`c`b
{t:.Q.en[::;([]a:`qa`qb)];(type t`a;`qa in sym)}0 / (20h;1b)
