m:(1 2 3;4 5 6)
d:`a`b!(1 2;3 4 5)
t:([]a:1 2 3;b:4 5 6)
/ each
count each(1 2;3 4 5;()) / 2 3 0
count'[(1 2;3 4 5)] / 2 3
(count')(1 2;3 4 5) / 2 3
{x*x}each 1 2 3 / 1 4 9
neg each 1 2 / -1 -2
count each d / `a`b!2 3
{x`a}each t / 1 2 3
{x}each t / t
sum each t / 5 7 9
count each"abc" / 1 1 1
{x}each() / ()
count each 5 / 1
reverse each(1 2;3 4) / (2 1;4 3)
count''[((1 2;3);(4 5 6;7))] / (2 1;3 1)
count each each((1 2;3);(4 5 6;7)) / (2 1;3 1)
{x+y}'[1 2;3 4] / 4 6
1 2+'3 4 / 4 6
1 2,'3 4 / (1 3;2 4)
1,'2 3 / (1 2;1 3)
1 2,'3 / (1 3;2 3)
1,'2 / 1 2
1 2,'3 4 5 / 'length
{x+y+z}'[1 2;3 4;5 6] / 9 12
{x+y+z}'[1;3 4;5] / 9 10
(1 2;3 4),'5 6 / (1 2 5;3 4 6)
2 3#'(1 2 3;4 5 6) / (1 2;4 5 6)
(1 2;3 4)@'0 1 / 1 4
/ peach is each
{x*2}peach 1 2 / 2 4
count peach(1 2;3) / 2 1
(count':)(1 2;3) / 2 1
/ case
0 1 0'[`a`b`c;`d`e`f] / `a`e`c
1 0 1'[10 20 30;5] / 5 20 5
/ each left and right
1 2+\:10 20 / (11 21;12 22)
1 2+/:10 20 / (11 12;21 22)
1 2,\:3 / (1 3;2 3)
1 2,/:3 4 / (1 2 3;1 2 4)
1,/:2 3 / (1 2;1 3)
1 2,\:3 4 / (1 3 4;2 3 4)
{x-y}\:[10 20;1] / 9 19
{x-y}/:[10;1 2] / 9 8
1 2+/:\:10 20 / (11 21;12 22)
1 2+\:/:10 20 / (11 12;21 22)
"ab",/:\:"xy" / (("ax";"ay");("bx";"by"))
(1 2;3 4)~\:1 2 / 10b
2 3 in\:2 4 / 10b
1+/:(`a`b!1 2) / `a`b!2 3
5,\:6 / 5 6
til[3]+/:til 2 / (0 1 2;1 2 3)
/ each prior
(-':)5 7 12 / 5 2 5
-':[10;11 13 16] / 1 2 3
10-':11 13 16 / 1 2 3
(+':)1 2 3 / 1 3 5
({x,y}':)1 2 3 / (1 0N;2 1;3 2)
{x-2*y}':[0;1 2 3] / 1 0 -1
(-)prior 1 4 9 / 1 3 5
{x+y}prior 1 2 3 / 0N 3 5
(~':)1 1 2 / 010b
(,':)1 2 3 / (1;2 1;3 2)
(", "/:)("ab";"c") / "ab, c"
(0x0\:)1h / 0x0001
/ over: reduce
(+/)1 2 3 / 6
+/[1 2 3] / 6
(+/)10 / 10
(+/)() / 0
({x,y}/)() / ()
10+/1 2 3 / 16
+/[10;1 2 3] / 16
(*/)1 2 3 4 / 24
(,/)(1 2;3 4) / 1 2 3 4
({x,y}/)(1 2;3;4 5) / 1 2 3 4 5
{x+2*y}/[0;1 2 3] / 12
{x+2*y}/[1 2 3] / 11
(-/)10 1 2 / 7
10-/1 2 / 7
{x+y*z}/[0;1 2;3 4] / 11
{x+y*z}/[0;1 2;3] / 9
(+/)m / 5 7 9
(&/)3 1 2 / 1
(|/)3 1 2 / 3
({x}/)enlist 5 / enlist 5
(+) over 1 2 3 / 6
{x,y}over(1 2;3) / 1 2 3
(+/)d / 'length
(+/)`a`b!1 2 / 3
(max/)(1 2;3 0) / 3
/ over: converge, do, while
({x div 2}/)100 / 0
{x div 2}/[100] / 0
({1+x%2}/)1f / 2f
5{x+1}/0 / 5
{x+1}/[5;0] / 5
0{x+1}/7 / 7
{x*2}/[{x<100};1] / 128
{x<100}{x*2}/1 / 128
{x*2}/[3;1 2] / 8 16
neg/[1] / -1
reverse/[1;1 2 3] / 3 2 1
3 reverse/1 2 / 2 1
/ scan
(+\)1 2 3 / 1 3 6
+\[1 2 3] / 1 3 6
10+\1 2 3 / 11 13 16
+\[10;1 2 3] / 11 13 16
{x+2*y}\[1 2 3] / 1 5 11
{x+2*y}\[0;1 2 3] / 2 6 12
(,\)(1 2;3;4 5) / (1 2;1 2 3;1 2 3 4 5)
(+\)m / (1 2 3;5 7 9)
({x}\)5 / enlist 5
({x div 2}\)20 / 20 10 5 2 1 0
5{x*2}\1 / 1 2 4 8 16 32
{x*2}\[3;1] / 1 2 4 8
{x<100}{x*2}\1 / 1 2 4 8 16 32 64 128
(+)scan 1 2 3 / 1 3 6
{x,y}scan 1 2 / (1;1 2)
{x+y*z}\[0;1 2;3 4] / 3 11
{x+y*z}\[1;1 2;3 4] / 4 12
(+\)() / ()
0{x+1}\7 / enlist 7
(-\)10 1 2 / 10 9 7
(+\)`a`b!1 2 / `a`b!1 3
/ derived functions as values
type(+/) / 107h
type(+\) / 108h
type({x}') / 106h
type(+':) / 109h
type(+/:) / 110h
type(+\:) / 111h
{x y}[+/;1 2 3] / 6
(+/)'[(1 2;3 4)] / 3 7
+/'[(1 2;3 4)] / 3 7
(+/)each(1 2;3 4) / 3 7
(+//)(1 2;(3 4;5 6)) / 24
(,/:\:)[1 2;3 4] / ((1 3;1 4);(2 3;2 4))
/ lists and dicts iterate as maps
1 2 0\0 / 0 1 2
(`a`b`c!`b`c`c)\[`a] / `a`b`c
(`a`b`c!`b`c`c)/`a / `c

/ visiting the strings of a list: the same as a lambda around the function
(reverse each s)~{reverse x} each s:("ab";"";"xyz";enlist "q") / 1b
(desc each s)~{desc x} each s:("bca";"";"xyz";enlist "q";"aab") / 1b
(count each s)~{count x} each s:("ab";"";"xyz";enlist "q") / 1b
(first each s)~{first x} each s:("ab";"";"xyz";enlist "q") / 1b
(last each s)~{last x} each s:("ab";"";"xyz";enlist "q") / 1b
reverse each 1_string 5 10 321 / ("01";"123")
desc each 2 sublist string 51 10 321 / ("51";"10")
(upper each s)~{upper x} each s:("ab";"";"xyz";enlist "q") / 1b
(string each s)~{string x} each s:("ab";"xyz";enlist "q") / 1b
string each til 3 / (enlist "0";enlist "1";enlist "2")
neg each 10b / -1 0i
null each 1 0N 3 / 010b

0 2'["ab";"cd"] / 'rank
-1 0'["ab";"cd"] / 'rank
0 1 0'["ab";"xyz"] / 'length
0 1 0'["a";"xyz"] / "aya"
/ fewer arguments than the rank project a derived function
fe:{x+y}'[1 2 3]
fe 10 20 30 / 11 22 33
(+'[1 2])3 4 / 4 6
({x+y+z}'[1 2])[3 4;5 6] / 9 12
(+/:[1 2])10 20 / (11 12;21 22)
(+\:[1 2])10 20 / (11 21;12 22)
gg:{x+y}\:/:
(gg[1 2])10 20 / (11 12;21 22)
type +'[1 2] / 104h
type ({x+y}each 1 2) / 104h
/ blanks before iterators
0 {x+y} \ 1 2 3 / 1 3 6
(avg '')((1 2 3f;4 5f);enlist 6 7f) / (2 4.5;enlist 6.5)
1 2 + \: 10 20 / (11 21;12 22)
/ iterators on .z.s
wk:{$[0h=type x;.z.s'[x];x+1]}
wk(1;2 3;(4;5 6)) / (2;3 4;(5;6 7))
{$[0h=type x;.z.s'[x];x+1]}(1;2 3) / (2;3 4)
{[t;d]if[1b;:`ok];t .z.s\:d}[1;2] / `ok
{$[x>3;x;.z.s/[1;x+1]]}0 / 4
/ each prior on rows
(-':)(1 2;3 4) / (1 2;2 2)
(=':)(1 2;1 4) / (00b;10b)
(<>':)(1 2;1 4) / (11b;01b)
(*':)(2 3;4 5) / (2 3;8 15)
(&':)(2 3;1 5) / (2 3;1 3)
(%':)(2 3f;4 6f) / (2 3f;2 2f)
(,':)(1 2;3 4) / (1 2;3 4 1 2)
(-':)`a`b!(1 2;4 6) / `a`b!(1 2;3 4)
/ case of dictionaries
0 1 0'[`a`b`c!"abc";`a`b`c!"xyz"] / "ayc"
0 1 0'[`a`b`c!"abc";`b`a`c!"xyz"] / 'domain
0 1'[`a`b`c!"abc";"xy"] / 'length
