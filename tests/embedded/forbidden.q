/ What clients of a read-only server may try. Nothing of it may change anything; see test_access.py.
a:1
a::1
.a.b:1
v[0]:9
v[0]+:1
v,:4
v+:1
@[`v;0;:;9]
.[`v;enlist 0;:;9]
.[`t;(0;`x);:;9]
.[`.;enlist`v;:;9]
.[`.;();:;(enlist`v)!enlist 9]
@[`.;`v;:;9]
@[`.n;`x;:;9]
.[`.n;();,;(enlist`q)!enlist 3]
`.n set (enlist`x)!enlist 9
`. set d
update x:0 from `t
delete from `t
delete x from `t
delete v from `.
delete x from `.n
![`t;();0b;enlist[`x]!enlist 0]
![`t;();0b;`symbol$()]
![`.;();0b;enlist`v]
`t insert (1;2)
insert[`t;(1;2)]
`t upsert (1;2)
`k upsert (`z;5)
upsert[`d;(`c;3)]
`v set 9
set[`v;9]
(`set;`v;9)
.q.set[`v;9]
`x xasc `t
`x xdesc `t
`x xkey `t
xkey[`x;`t]
1!`t
`a`b xcol `t
@[`t;`x;`s#]
@[`v;::;`u#]
`s#`v
`s?`new
e,:`new
`s$`new
.Q.en[`:.;t]
.Q.dpft[`:.;.z.d;`x;`t]
.Q.dpt[`:.;.z.d;`t]
save `:t.csv
`:t set t
`:t.txt 0: enlist "x"
`:t.bin 1: 0x00
hopen `:t.log
hopen 5000
hclose 5
hdel `:t
read0 `:/etc/passwd
read1 `:/etc/passwd
get `:/etc/passwd
value `:/etc/passwd
key `:/etc
hcount `:/etc/passwd
("S";",") 0: `:/etc/passwd
system "l /etc/passwd"
\l x
system "ls"
system "d .n"
system "P 3"
system "c 10 10"
system "S 5"
system "t 100"
system "T 3"
system "p 0"
system "z 1"
system "o 3"
system "W 3"
system "e 1"
system "g 1"
system "x .z.ps"
system "x v"
system "r a b"
system "cd /tmp"
system "_"
system "sleep 0"
system "exit"
exit 0
\d .n
\P 3
\t 100
\x .z.pg
\ls
setenv[`A;"1"]
.z.ps:{x}
.z.pg:{x}
.z.ts:{x}
.z.pc:{x}
.z.pw:{1b}
.z.po:{x}
.z.exit:{x}
.z.zd:(17;2;6)
.Q.w:{x}
.q.neg:{x}
.h.HOME:"x"
value "v:9"
value (`set;`v;9)
eval parse "v:9"
eval (:;`v;9)
eval (`set;enlist`v;9)
eval (set;enlist`v;9)
eval (!;enlist`t;();0b;enlist enlist`x)
parse["{v::9}"] ; value["{v::9}"][]
(value "{v::9}") 1
{v::9}[]
{[x]x set 9}`v
{.[x;();:;9]}`v
{@[x;0;:;9]} `v
k)v:9
value "k)v:9"
value "k)v::9"
value "k).[`v;();:;9]"
k)@[`v;0;:;9]
k)`v insert 9
reval parse "v:9"
reval (:;`v;9)
@[value;"v:9";{`caught}];v
.[set;(`v;9);{`caught}];v
-30!(::)
-30!(0i;0b;1)
-25!(enlist 5i;1)
-11!`:log
-15!"x"
-27!(3;1.0)
-19!(`:a;`:b;17;2;6)
-38!0i
-36!(`:x;"p")
-24!parse "v:9"
-5!"v:9"
-6!parse "v:9"
-6!(:;`v;9)
vw::9
vw:9
new::v
l[0;0]:9
.[`l;0 0;:;9]
nested[`a;0]:9
.[`nested;(`a;0);+;9]
d[`a]:9
d[`new]:9
st[0]:"z"
t[`x;0]:9
t[0;`x]:9
t:t,t
`t set 0#t
delete from `k where a=`p
update b:9 from `k
`k insert (`z;9)
fby
load `:t
rload `:t
rsave `t
dsave[`:x;`t]
.Q.chk `:.
.Q.ind[t;0 1]
.Q.fs[{v::9};`:x]
.Q.hdpf[5000;`:.;.z.d;`x]
.Q.addmonths[2000.01.01;1]
.pykx.pyexec "x=1"
.pykx.set[`v;9]
{x[0]:9;x}v
{x,:9;x}v
{x[`a]:9;x}d
{x[0;`x]:9;x}t
{a:v;a[0]:9;a}[]
{a:v;a,:9;a}[]
{a:big;a[0]:9;a}[]
{a:l;a[0;0]:9;a}[]
{a:nested;a[`a;0]:9;a}[]
{a:st;a[0]:"z";a}[]
{a:.n.l;a[0]:9;a}[]
g v
g big
g .n.l
g each (v;v)
@[v;0;:;9]
.[l;0 0;:;9]
{x+:1;x}v
{[a]b:a;b[0]:9;b}v
{v[0]:9;v}1 2
{[v]v[0]:9;v}v
{x[0]:9;x}/[3;v]
(v;v)[0;0]:9
update x:9 from t
delete from t
`x xasc t
{`t insert x}(1;2)
insert[`t]each((1;2);(3;4))
{`v set x}each 1 2
`v{x set y}\:9
.[`v;();,;9]
.[`v;();:;9]
.[`newvar;();:;9]
@[`newvar;`a;:;9]
`newvar upsert t
`newvar insert t
{newvar::x}9
1 9 (`v set)\ 3
system["d"] ; system "d ."
.n.x:9
.n.new:9
.new.x:9
x set 5
`v xexp 2
set'[`v`u;9 9]
v:u:9
(v:9)+1
if[1b;v:9]
do[2;v+:1]
while[v[0]<3;v+:1]
$[1b;v:9;0]
f:{9}
f::{9}
.z.ws:{x}
ungroup `t
`t lj k
aj[`x;`t;`t]
`t ij k
`t pj k
`t uj t
flip `t
.Q.ft[{x};`t]
.Q.id `t
.Q.v `t
.Q.ty `t
.Q.MAP[]
.Q.l `:.
.Q.bv[]
.Q.gc[]
.Q.lo[`:.;0;0]
.Q.view 1
.Q.par[`:.;.z.d;`t]
.Q.D:1
.Q.pv:1
`.Q.pv set 1
@[`.Q;`pv;:;1]
