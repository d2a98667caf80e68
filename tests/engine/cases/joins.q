x:([]a:1 2 3;b:`I`J`K;c:10 20 30)
y:([a:1 3;b:`I`K]c:1 2;d:10 20)
z:([a:1 2]b:`p`;e:0N 5)
t:([]time:10:01:01 10:01:03 10:01:04;sym:`m`i`g;qty:100 200 150)
q:([]time:10:01:00 10:01:00 10:01:00 10:01:02;sym:`i`m`m`i;px:100 99 101 98)
s:([]a:1 2;b:2 3;c:5 7)
u:([]a:1 2 3;b:2 3 7;c:10 20 30;d:"ABC")
w:([]sym:3#`ibm;time:10:01:01 10:01:04 10:01:08;price:100 101 105)
p:([]sym:`ibm;time:10:01:01+til 9;ask:101 103 103 104 104 107 108 107 108;bid:98 99 102 103 103 104 106 106 107)
r:-2 1+\:w.time
/ left
x lj y / ([]a:1 2 3;b:`I`J`K;c:1 20 2;d:10 0N 20)
x lj z / ([]a:1 2 3;b:`p``K;c:10 20 30;e:0N 5 0N)
x ljf z / ([]a:1 2 3;b:`p`J`K;c:10 20 30;e:0N 5 0N)
x lj() / x
x lj s / 'type
(1!x)lj z / ([a:1 2 3]b:`p``K;c:10 20 30;e:0N 5 0N)
([]q:1 2)lj z / 'a
(0#x)lj y / update d:`long$()from 0#x
x lj 0#y / update d:0N from x
/ inner
x ij y / ([]a:1 3;b:`I`K;c:1 2;d:10 20)
x ij z / ([]a:1 2;b:`p`;c:10 20;e:0N 5)
x ijf z / ([]a:1 2;b:`p`J;c:10 20;e:0N 5)
x ij s / 'type
/ plus
x pj y / ([]a:1 2 3;b:`I`J`K;c:11 20 32;d:10 0 20)
x pj([a:1 2]c:1 0N) / ([]a:1 2 3;b:`I`J`K;c:11 20 30)
/ union
s uj u / ([]a:1 2 1 2 3;b:2 3 2 3 7;c:5 7 10 20 30;d:"  ABC")
(2!s)uj 2!u / ([a:1 2 3;b:2 3 7]c:10 20 30;d:"ABC")
(1!s)uj 1!([]a:2 4;z:8 9) / ([a:1 2 4]b:2 3 0N;c:5 7 0N;z:0N 8 9)
([a:1 2]b:`x`y;c:10 20)uj([a:1 2]b:``z;c:1 0N) / ([a:1 2]b:``z;c:1 0N)
([a:1 2]b:`x`y;c:10 20)ujf([a:1 2]b:``z;c:1 0N) / ([a:1 2]b:`x`z;c:1 20)
() uj s / s
s uj 1!u / 'type
(uj/)(s;u;s) / (s uj u)uj s
/ equal
ej[`a;s;u] / ([]a:1 2;b:2 3;c:10 20;d:"AB")
ej[`a;([]a:1 1 2);([]a:1 1 3;b:1 2 3)] / ([]a:1 1 1 1;b:1 2 1 2)
ej[`a`b;s;u] / ([]a:1 2;b:2 3;c:10 20;d:"AB")
ej[`zz;s;u] / 'zz
/ on time
aj[`sym`time;t;q] / update px:101 98 0N from t
aj0[`sym`time;t;q] / ([]time:10:01:00 10:01:02 10:01:04;sym:`m`i`g;qty:100 200 150;px:101 98 0N)
aj[`time;t;`time xcols q] / ([]time:t`time;sym:`m`i`i;qty:100 200 150;px:101 98 98)
aj[`sym`time;t;0#q] / update px:0N from t
aj[`sym`time;t;reverse q] / update px:99 98 0N from t
aj[`sym`time;([]sym:`a`b;time:2#00:00:01;p:0 1);([]sym:`a`b;time:2#00:00:00;p:1 0N)] / ([]sym:`a`b;time:2#00:00:01;p:1 0N)
ajf[`sym`time;([]sym:`a`b;time:2#00:00:01;p:0 1);([]sym:`a`b;time:2#00:00:00;p:1 0N)] / ([]sym:`a`b;time:2#00:00:01;p:1 1)
ajf0[`sym`time;([]sym:`a`b;time:2#00:00:01;p:0 1);([]sym:`a`b;time:2#00:00:00;p:1 0N)] / ([]sym:`a`b;time:2#00:00:00;p:1 1)
aj[`sym`zz;t;q] / 'zz
q asof`sym`time!(`i;10:01:01) / (enlist`px)!enlist 100
q asof([]sym:`i`g;time:10:01:05 10:01:05) / ([]px:98 0N)
/ in windows
wj[r;`sym`time;w;(p;(max;`ask);(min;`bid))] / update ask:103 104 108,bid:98 99 104 from w
wj1[r;`sym`time;w;(p;(max;`ask);(min;`bid))] / update ask:103 104 108,bid:98 99 104 from w
wn:w;wj[r;`sym`time;`wn;(p;(max;`ask);(min;`bid))];wn / update ask:103 104 108,bid:98 99 104 from w
wj[r;`sym`time;w;(p;(::;`ask))] / update ask:(101 103;103 103 104 104;107 108 107 108)from w
wj[1 1+\:w.time;`sym`time;w;(p;(count;`ask))] / update ask:1 1 1 from w
wj[(0 0 0+00:00:01;0 0 0+00:00:02);`sym`time;w;(p;(count;`ask))] / update ask:0 0 0 from w
wj1[(10:01:01 10:01:04 10:01:20;10:01:02 10:01:05 10:01:30);`sym`time;w;(p;(count;`bid))] / update bid:2 2 0 from w
wj[(10:01:01 10:01:04 10:01:20;10:01:02 10:01:05 10:01:30);`sym`time;w;(p;(count;`bid))] / update bid:2 2 1 from w
/ ww is what wj and wj1 share
`csv`ww in key .q / 11b
.q.csv / ","
wt:([]s:`a`a;t:2 5)
wq:([]s:4#`a;t:1 3 4 6;p:1 2 3 4)
ww[1b;-1 0+\:wt`t;`s`t;wt;(wq;(sum;`p))]~wj[-1 0+\:wt`t;`s`t;wt;(wq;(sum;`p))] / 1b
ww[0b;-1 0+\:wt`t;`s`t;wt;(wq;(sum;`p))]~wj1[-1 0+\:wt`t;`s`t;wt;(wq;(sum;`p))] / 1b
