t:([]s:`a`b`a`c`c`b;p:10 20 30 40 50 60;q:1.5 2.5 3.5 4.5 5.5 6.5)
u:([]n:1 2 3 4;w:("one";"two";"three";"four"))
k:([id:`x`y`z]v:1 2 3;w:10 20 30)
d:`a`b`c!(1 2 3;`x`y`z;"pqr")
e:([]s:`$();p:0#0)
f:{[x;y]x+y}
limit:25
/ select: columns
select from t / t
select s from t / ([]s:`a`b`a`c`c`b)
select p,s from t / ([]p:10 20 30 40 50 60;s:`a`b`a`c`c`b)
select r:p*2 from t / ([]r:20 40 60 80 100 120)
select p*2 from t / ([]p:20 40 60 80 100 120)
select 2*p from t / ([]x:20 40 60 80 100 120)
select neg p from t / ([]p:-10 -20 -30 -40 -50 -60)
select sum p from t / ([]p:enlist 210)
select sum p,avg q from t / ([]p:enlist 210;q:enlist 4f)
select m:max p,n:min p from t / ([]m:enlist 60;n:enlist 10)
select c:1,s from t / ([]c:1 1 1 1 1 1;s:`a`b`a`c`c`b)
select i from t / ([]x:til 6)
select count i from t / ([]x:enlist 6)
select p,p from t / ([]p:10 20 30 40 50 60;p1:10 20 30 40 50 60)
select p+q from t / ([]p:11.5 22.5 33.5 44.5 55.5 66.5)
select f[p;1] from t / ([]p:11 21 31 41 51 61)
select {x+1}p from t / ([]p:11 21 31 41 51 61)
select s,r:limit from u / 's
cols select from t / `s`p`q
select (n,'n) from u / ([]x:(1 1;2 2;3 3;4 4))
select first s,last p from t / ([]s:enlist`a;p:enlist 60)
select distinct s from t / ([]s:`a`b`c)
select count each w from u / ([]w:3 3 5 4)
select upper w from u / ([]w:("ONE";"TWO";"THREE";"FOUR"))
select nosuch from t / 'nosuch
/ where
select from t where p>30 / ([]s:`c`c`b;p:40 50 60;q:4.5 5.5 6.5)
select from t where s=`a / ([]s:`a`a;p:10 30;q:1.5 3.5)
select p from t where s=`a,p>20 / ([]p:enlist 30)
select p from t where p>20,s=`a / ([]p:enlist 30)
select p from t where (p>20)and s=`a / ([]p:enlist 30)
select p from t where s in`a`b / ([]p:10 20 30 60)
select p from t where not s in`a`b / ([]p:40 50)
select p from t where p within 20 40 / ([]p:20 30 40)
select p from t where p=max p / ([]p:enlist 60)
select p from t where i<2 / ([]p:10 20)
select p from t where i=last i / ([]p:enlist 60)
select n from u where w like"t*" / ([]n:2 3)
select p from t where 100010b / ([]p:10 50)
select p from t where p>limit / ([]p:30 40 50 60)
select p from t where 1b / ([]p:10 20 30 40 50 60)
select p from t where 0b / ([]p:0#0)
count select from t where p>1000 / 0
select from t where s=`zz / 0#t
select p from t where p in exec p from t where s=`c / ([]p:40 50)
select p from t where "ab" / 'type
select p from t where 10b / 'length
select p from t where s=`a,nosuch>1 / 'nosuch
select from e where p>0 / e
select sum p from e / ([]p:enlist 0)
/ by
select sum p by s from t / ([s:`a`b`c]p:40 80 90)
select p by s from t / ([s:`a`b`c]p:(10 30;20 60;40 50))
select n:count i by s from t / ([s:`a`b`c]n:2 2 2)
select avg q,max p by s from t / ([s:`a`b`c]q:2.5 4.5 5f;p:30 60 50)
select last p by s from t / ([s:`a`b`c]p:30 60 50)
select first p by s from t / ([s:`a`b`c]p:10 20 40)
select by s from t / ([s:`a`b`c]p:30 60 50;q:3.5 6.5 5.5)
select sum p by g:s from t / ([g:`a`b`c]p:40 80 90)
select sum p by s from t where p>20 / ([s:`a`b`c]p:30 60 90)
select sum p by big:p>30 from t / ([big:01b]p:60 150)
select sum p by s,big:p>30 from t / ([s:`a`b`b`c;big:0011b]p:40 20 60 90)
select r:p*2 by s from t / ([s:`a`b`c]r:(20 60;40 120;80 100))
select sum p*q by s from t / ([s:`a`b`c]p:120 440 455f)
select q wavg p by s from t / ([s:`a`b`c]p:24 48.88888888888889 45.5)
select m:(max p)-min p by s from t / ([s:`a`b`c]m:20 40 10)
select {first x}p by s from t / ([s:`a`b`c]p:10 20 40)
select dev p by s from t / ([s:`a`b`c]p:10 20 5f)
select count distinct p by s from t / ([s:`a`b`c]p:2 2 2)
select s by p from 2#t / ([p:10 20]s:(enlist`a;enlist`b))
select sum p by s from e / ([s:`$()]p:0#0)
select p by p from t / 'dup names for cols/groups p
keys select sum p by s from t / enlist`s
/ limits and order
select[2]from t / 2#t
select[-2]from t / -2#t
select[2 3]p from t / ([]p:30 40 50)
select[>p]p from t / ([]p:60 50 40 30 20 10)
select[<q]s from t / ([]s:`a`b`a`c`c`b)
select[2;>p]p from t / ([]p:60 50)
select[1]p by s from t / 1#select p by s from t
select[3]from t where p>20 / ([]s:`a`c`c;p:30 40 50;q:3.5 4.5 5.5)
select[100]p from t / ([]p:10 20 30 40 50 60)
/ exec
exec p from t / 10 20 30 40 50 60
exec sum p from t / 210
exec p,s from t / `p`s!(10 20 30 40 50 60;`a`b`a`c`c`b)
exec r:p from t / (enlist`r)!enlist 10 20 30 40 50 60
exec p by s from t / `a`b`c!(10 30;20 60;40 50)
exec sum p by s from t / `a`b`c!40 80 90
exec first s from t where p=40 / `c
exec distinct s from t / `a`b`c
exec p from t where s=`zz / 0#0
exec i from t where s=`c / 3 4
exec max p,min q from t / `p`q!(60;1.5)
exec count i by s from t / `a`b`c!2 2 2
exec s!p from 2#t / `a`b!10 20
exec w from k / 10 20 30
exec v from k where id=`y / enlist 2
exec a from d / 1 2 3
/ update
update p:p+1 from t / ([]s:`a`b`a`c`c`b;p:11 21 31 41 51 61;q:1.5 2.5 3.5 4.5 5.5 6.5)
exec r from update r:2*p from t / 20 40 60 80 100 120
exec p from update p:0 from t where s=`a / 0 20 0 40 50 60
exec r from update r:1 from t where s=`a / 1 0N 1 0N 0N 0N
exec p from update p:max p by s from t / 30 60 30 50 50 60
exec r from update r:sum p by s from t / 40 80 40 90 90 80
exec r from update r:sums p by s from t / 10 20 40 40 90 80
exec p from update p:0 by s from t where p>30 / 10 20 30 0 0 0
cols update z:1 from t / `s`p`q`z
exec p from update p:neg p,r:p from t / -10 -20 -30 -40 -50 -60
exec r from update p:neg p,r:p from t / 10 20 30 40 50 60
update p:`z from t where s=`a / 'type
update v:0 from k / ([id:`x`y`z]v:0 0 0;w:10 20 30)
update v:9 from k where id=`y / ([id:`x`y`z]v:1 9 3;w:10 20 30)
exec c from update c:count[i]#"x" from t / "xxxxxx"
{t1::([]a:1 2 3);r:update a:0 from`t1 where a=2;(r;t1)}0 / (`t1;([]a:1 0 3))
update s:upper s from 2#t / ([]s:`A`B;p:10 20;q:1.5 2.5)
/ delete
delete from t where s=`a / select from t where not s=`a
delete p from t / ([]s:`a`b`a`c`c`b;q:1.5 2.5 3.5 4.5 5.5 6.5)
delete p,q from t / ([]s:`a`b`a`c`c`b)
count delete from t / 0
delete from t where p>30,s=`c / ([]s:`a`b`a`b;p:10 20 30 60;q:1.5 2.5 3.5 6.5)
delete from k where id=`y / ([id:`x`z]v:1 3;w:10 30)
delete w from k / ([id:`x`y`z]v:1 2 3)
delete nosuch from t / 'nosuch
{t2::([]a:1 2 3);r:delete from`t2 where a=2;(r;t2)}0 / (`t2;([]a:1 3))
/ keyed tables
select from k / k
select v from k / ([]v:1 2 3)
select from k where v>1 / ([id:`y`z]v:2 3;w:20 30)
select id from k / ([]id:`x`y`z)
select sum v by w>10 from k / ([w:01b]v:1 5)
/ scope
{[x]select from t where p>x}30 / select from t where p>30
{[x]exec sum p from t where p>x}30 / 150
{[lo;hi]exec p from t where p within(lo;hi)}[20;40] / 20 30 40
{v0:5;exec p+v0 from t}0 / 15 25 35 45 55 65
{select from x where p>30}t / select from t where p>30
{exec a from([]a:x)}1 2 3 / 1 2 3
{[p]exec p from t}99 / 10 20 30 40 50 60
{[s]exec p from t where s=s}`a / 10 20 30 40 50 60
{[x]exec{x+1}each p from t}0 / 11 21 31 41 51 61
/ functional forms
?[t;();0b;()] / t
?[t;enlist(>;`p;30);0b;()] / select from t where p>30
?[t;();0b;`a`b!`s`p] / select a:s,b:p from t
?[t;();(enlist`s)!enlist`s;(enlist`p)!enlist(sum;`p)] / select sum p by s from t
?[t;((=;`s;enlist`a);(>;`p;20));0b;()] / select from t where s=`a,p>20
?[t;enlist(in;`s;enlist`a`b);0b;()] / select from t where s in`a`b
?[t;();();`p] / 10 20 30 40 50 60
?[t;();();(sum;`p)] / 210
?[t;();();`p`q!`p`q] / exec p,q from t
?[t;();`s;`p] / exec p by s from t
?[t;();1b;(enlist`s)!enlist`s] / select distinct s from t
?[t;();0b;();2] / select[2]from t
?[t;();0b;();2;(>:;`p)] / select[2;>p]from t
?[t;0 1 2;(sum;`p)] / 60
?[t;0 1;`s] / `a`b
?[`t;();0b;()] / t
![t;();0b;(enlist`p)!enlist(neg;`p)] / update neg p from t
![t;enlist(=;`s;enlist`a);0b;(enlist`p)!enlist 0] / update p:0 from t where s=`a
![t;();(enlist`s)!enlist`s;(enlist`p)!enlist(max;`p)] / update max p by s from t
![t;enlist(=;`s;enlist`a);0b;`$()] / delete from t where s=`a
![t;();0b;`p`q] / delete p,q from t
/ parse and eval
eval parse"select sum p by s from t" / select sum p by s from t
eval parse"exec p from t where s=`a" / 10 30
eval parse"update p:0 from t" / update p:0 from t
eval parse"delete p from t" / delete p from t
(parse"select from t")1 / `t
(parse"select from t")3 / 0b
(parse"select p from t where p>1")2 / enlist enlist(>;`p;1)
(parse"select p from t")4 / (enlist`p)!enlist`p
(parse"exec p from t")4 / enlist`p
count parse"select[2]from t" / 6
/ syntax
select from t where p>$[1b;1;2] / 'rank
select p t / 'from
/ limits come before the select phrase
select[2]sum p from t / ([]p:enlist 30)
select[2;>p]sum p from t / ([]p:enlist 110)
/ exec in its other forms
exec from t / last t
exec p,s by 0b from t / select p,s from t
exec distinct s,p from t / `s`p!(`a`b`c;10 20 30 40 50 60)
exec r:sum p by s from t / `a`b`c!([]r:40 80 90)
exec sum p by s:s from t / ([]s:`a`b`c)!40 80 90
exec p,p from t / `p`p1!(10 20 30 40 50 60;10 20 30 40 50 60)
/ dicts
delete b from d / `a`c!(1 2 3;"pqr")
{d2::`a`b`c!til 3;r:delete b from`d2;(r;d2)}0 / (`d2;`a`c!0 2)
update a:5 from`a`b!1 2 / `a`b!5 2
update c:a+b from`a`b!1 2 / `a`b`c!1 2 3
exec a+b from`a`b!1 2 / 3
/ pivots: dicts with the same keys are a table
pv:([]k:1 2 3 2 3;p:`xx`yy`zz`xx`yy;v:10 20 30 40 50)
exec(asc distinct pv`p)#p!v by k:k from pv / ([k:1 2 3]xx:10 40 0N;yy:0N 20 50;zz:0N 0N 30)
exec(asc distinct pv`p)#p!v by k from pv / 1 2 3!([]xx:10 40 0N;yy:0N 20 50;zz:0N 0N 30)
exec p!v by k from pv / 1 2 3!((enlist`xx)!enlist 10;`yy`xx!20 40;`zz`yy!30 50)
exec`a`b!(min v;max v)by p from pv / `xx`yy`zz!([]a:10 20 30;b:40 50 30)
type exec`a`b!(min v;max v)by p:p from pv / 99h
exec p!v from pv / `xx`yy`zz`xx`yy!10 20 30 40 50
/ names of columns left of which a constant stands
cols select -1#'k,2#'v from([]k:(1 2;3 4);v:(5 6;7 8)) / `k`v
cols select reverse each -1#'k from([]k:(1 2;3 4)) / enlist`k
cols select k+'v from([]k:1 2;v:3 4) / enlist`x
/ names of columns: constants that are no numbers and left arguments of words are passed over
cols select "M"=a,`x^b from([]a:"MF";b:`p`) / `a`b
cols update "e"$`Yes=P from([]P:`Yes`No;a:1 2) / `P`a
cols select 2*a,a+b,a wavg b,3 mavg a from([]a:1 2;b:3 4) / `x`a`b`a1
exec a from`a`b!0D00 0D01 / 0D00
exec b from`a`b!(0D00;`x) / `x
exec distinct v by k from([]k:`a`b`a;v:1 1 1) / `a`b!(enlist 1;enlist 1)
/ groups by general lists come in q's order
gl:([]l:(2 10;1 2;2 9;1 2);v:1 2 3 4)
exec v by l from gl / (1 2;2 9;2 10)!(2 4;enlist 3;enlist 1)
key select sum v by l from gl / ([]l:(1 2;2 9;2 10))
gm:([]l:(`b;2.5;1;`a;1);v:til 5)
exec v by l from gm / (1;2.5;`a;`b)!(2 4;enlist 1;enlist 3;enlist 0)
