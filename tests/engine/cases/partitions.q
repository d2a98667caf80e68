t:([]sym:`b`a`b;n:1 2 3;s:("x";"yy";""))
u:([]sym:`q`a;f:1 2f)
`:hdb/2020.01.02/t/ set .Q.en[`:hdb]update n*10 from t
`:hdb/2020.01.01/t/ set .Q.en[`:hdb]t
`:hdb/2020.01.03/t/ set .Q.en[`:hdb]0#t
`:hdb/2020.01.03/u/ set .Q.en[`:hdb]u
`:hdb/one set 42
`:hdb/flat/ set .Q.en[`:hdb]u
\l hdb
mine:{@[{value x;"fine"};x;{x}]}
/ what is known
.Q.pf / `date
.Q.pt / `t`u
.Q.pv / 2020.01.01 2020.01.02 2020.01.03
.Q.PV~.Q.pv / 1b
.Q.PD / 3#`:.
date / 2020.01.01 2020.01.02 2020.01.03
one / 42
flat`f / 1 2f
cols t / `date`sym`n`s
count t / 6
tables[] / `flat`t`u
.Q.qp t / 1b
.Q.qp flat / 0
.Q.qp select from t / 0
.Q.cn t / 3 3 0
.Q.pn`t / 3 3 0
.Q.u / 1b
meta t / ([c:`date`sym`n`s]t:"dsj ";f:4#`;a:4#`)
/ queries
select from t where date=2020.01.01 / ([]date:3#2020.01.01;sym:`b`a`b;n:1 2 3;s:("x";"yy";""))
select n from t where date=2020.01.02 / ([]n:10 20 30)
select sum n by date from t / ([date:2020.01.01 2020.01.02]n:6 60)
select sum n by sym from t / ([sym:`a`b]n:22 44)
select sum n by sym from t where date=last date / ([sym:`symbol$()]n:`long$())
select c:count i by date from t / ([date:2020.01.01 2020.01.02]c:3 3)
exec sum n from t where date within 2020.01.01 2020.01.02,sym=`b / 44
exec n from t where date in 2020.01.02 2020.01.03 / 10 20 30
exec n from t where date=max date / `long$()
exec n from t where date>2020.01.01,n>10 / 20 30
exec n from t where n>10,date>2020.01.01 / 20 30
exec n from t where(date=2020.01.01)|n=30 / 1 2 3 30
exec i from t where date<2020.01.03 / 0 1 2 0 1 2
exec n from t where date=2020.01.02,i=1 / enlist 20
exec s from t where date=2020.01.01,i<2 / ("x";"yy")
exec distinct date from t / 2020.01.01 2020.01.02
exec date from t where n=2 / enlist 2020.01.01
select[2]n from t where date=2020.01.02 / ([]n:10 20)
select[2;>n]n from t where date=2020.01.02 / ([]n:30 20)
select date,sym from t where n>20 / ([]date:enlist 2020.01.02;sym:enlist`b)
select m:n*2 from t where date=2020.01.01,sym=`a / ([]m:enlist 4)
select from t where n=(max;n)fby date / ([]date:2020.01.01 2020.01.02;sym:`b`b;n:3 30;s:("";""))
select distinct sym from t / ([]sym:`b`a)
?[t;enlist(=;`date;2020.01.01);0b;(enlist`x)!enlist(max;`n)] / ([]x:enlist 3)
?[`t;enlist(=;`date;2020.01.01);();(sum;`n)] / 6
?[t;();(enlist`date)!enlist`date;(enlist`n)!enlist(sum;`n)] / ([date:2020.01.01 2020.01.02]n:6 60)
{[d]exec sum n from t where date=d}2020.01.02 / 60
{[d;c]exec sum n from t where date in d,sym=c}[2020.01.01 2020.01.02;`a] / 22
type exec sym from t where date=2020.01.01 / 20h
exec first sym by date from t / 2020.01.01 2020.01.02!`b`b
t lj([sym:enlist`a]z:enlist 9) / ([]date:2020.01.01 2020.01.01 2020.01.01 2020.01.02 2020.01.02 2020.01.02;sym:`b`a`b`b`a`b;n:1 2 3 10 20 30;s:("x";"yy";"";"x";"yy";"");z:0N 9 0N 0N 9 0N)
-2#select n from t / ([]n:20 30)
first select from t / `date`sym`n`s!(2020.01.01;`b;1;"x")
.Q.ind[t;1 3 5] / ([]date:2020.01.01 2020.01.02 2020.01.02;sym:`a`b`b;n:2 10 30;s:("yy";"x";""))
.Q.ind[t;`long$()] / 0#select from t
.Q.ind[t;6 7] / 'index
/ what they refuse
mine"update n:1 from t" / "par"
mine"delete from t where n=1" / "par"
mine"delete n from `t" / "par"
mine"select from u" / "2020.01.01/u/sym. OS reports: No such file or directory"
mine"select nope from t where date=2020.01.01" / "nope"
exec f from u where date=2020.01.03 / 1 2f
.Q.cn flat / 'par
/ fewer of them
.Q.view 2#date / (::)
date / 2020.01.01 2020.01.02
.Q.pv / 2020.01.01 2020.01.02
.Q.PV / 2020.01.01 2020.01.02 2020.01.03
count .Q.pn`t / 0
.Q.view 2020.01.02 / (::)
exec n from t / 10 20 30
.Q.cn t / enlist 3
.Q.view 2021.01.01 / 'invalid partition filter
.Q.view[] / (::)
count date / 3
/ tables that are missing
.Q.bv[] / (::)
key .Q.vp / enlist`u
cols .Q.vp`u / `date`sym`f
select from u / ([]date:2#2020.01.03;sym:`q`a;f:1 2f)
exec f from u where date=2020.01.01 / `float$()
.Q.chk`:. / (();enlist`:2020.01.02;enlist`:2020.01.01)
key`:2020.01.01 / `t`u
.Q.chk`:. / (();();())
/ partitions that came later
`:2020.01.04/t/ set .Q.en[`:.]([]sym:enlist`z;n:enlist 7;s:enlist"new") / `:2020.01.04/t/
count date / 3
.Q.li 2020.01.04 / (::)
exec n from t where date=2020.01.04 / enlist 7
count date / 4
{`t7`r7 set'(([]s:`b`b`a;v:1 2 3);([]s:`a`c;w:4 5));`:ds7 dsave`t7}0 / `t7
{t7::([]s:`a`a`b;v:1 2 3);`:ds8 dsave`t7;r:get`:ds8/t7/;(attr r`s;type r`s;r`v)}0 / (`p;20h;1 2 3)
{t7::([]s:`a`b;v:1 2);`:ds9`2015.01.01 dsave`t7;key`:ds9}0 / `s#`2015.01.01`sym
.Q.ld("/ c";"f:{";"  x+y";" }";"";"g:1") / (1 2 6;("/ c";"f:{\n  x+y\n }";"g:1"))
