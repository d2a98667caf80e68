t:([]x:2 3 5;y:`ibm`amd`intel;z:"npn")
n:([]a:1 2;s:("ab";"cde"))
k:([s:`x`y]n:10 20)
upd:{[t;x]seen::seen,enlist(t;x)}
seen:()
/ values in files
`:foo set 10 20 30 / `:foo
get`:foo / 10 20 30
value`:foo / 10 20 30
read1`:foo / 0xfe2007000000000003000000000000000a0000000000000014000000000000001e00000000000000
hcount`:foo / 40
`:b set 101b / `:b
get`:b / 101b
get`:v set 0x0102 / 0x0102
get`:v set 2020.01.01 0Nd / 2020.01.01 0Nd
get`:v set 1.5 0n 0w / 1.5 0n 0w
get`:v set"text" / "text"
get`:v set`a`b / `a`b
read1`:v / 0xff010b000200000061006200
get`:v set 42 / 42
get`:v set`sym / `sym
get`:v set(1;`a;"bc") / (1;`a;"bc")
get`:v set() / ()
read1`:v / 0xff01000000000000
get`:v set`a`b!1 2 / `a`b!1 2
get`:v set t / t
get`:v set k / k
(get`:v set{x+y})[1;2] / 3
attr get`:v set`s#1 2 3 / `s
(`:z;17;2;6)set 1 2 / `:z
get`:z / 1 2
`:deep/er/x set 5 / `:deep/er/x
get`:deep/er/x / 5
`:n set n / `:n
get`:n / n
/ splayed
`:db/t/ set .Q.en[`:db;t] / `:db/t/
key`:db / `sym`t
key`:db/t / `.d`x`y`z
get`:db/sym / `ibm`amd`intel
type(get`:db/t)`y / 20h
get`:db/t/.d / `x`y`z
get`:db/t/x / 2 3 5
select from`:db/t where x>2 / select from t where x>2
exec x from`:db/t / 2 3 5
`:db/t/ upsert .Q.en[`:db;([]x:7 8;y:`zz`ibm;z:"ab")] / `:db/t/
get`:db/t / t,([]x:7 8;y:`zz`ibm;z:"ab")
get`:db/sym / `ibm`amd`intel`zz
`:db/t upsert(9;`sym?`amd;"q") / `:db/t
count get`:db/t / 6
`x xdesc`:db/t / `:db/t
exec x from`:db/t / 9 8 7 5 3 2
`:bad/ set t / 'type
`:bad/ set k / 'type
`:nest/ set n / `:nest/
get`:nest/ / n
`:tt set([]a:1 2) / `:tt
`:tt upsert enlist 3 / `:tt
get`:tt / ([]a:1 2 3)
cols`:tt / enlist`a
/ what is there
key`:foo / `:foo
key`:nothing / ()
hdel`:b / `:b
key`:b / ()
hdel`:b / 'b. OS reports: No such file or directory
get`:b / 'b. OS reports: No such file or directory
hsym`a / `:a
hsym`a`:b / `:a`:b
/ damage
`:bad 1:0xfe2007000000000005 / `:bad
get`:bad / 'bad. The file is damaged
`:bad 1:0xfe20070000000000030000000000000001 / `:bad
get`:bad / 'bad. The file is damaged
`:bad 1:0xff0107000500000001 / `:bad
get`:bad / 'bad. The file is damaged
`:bad 1:0xff01f900000000000000000000 / `:bad
get`:bad / 'bad. The file is damaged
`:bad 1:0xfe20ff00000000000100000000000000ff / `:bad
get`:bad / 'bad. The file is damaged
`:bad 1:0x0102 / `:bad
get`:bad / 'type
/ text
`:test.txt 0:("hello";"goodbye") / `:test.txt
read0`:test.txt / ("hello";"goodbye")
read0(`:test.txt;6;7) / "goodbye"
hcount`:test.txt / 14
`:c 1:"x\r\ny\r\n" / `:c
read0`:c / (enlist"x";enlist"y")
`:test.txt 0:"abc" / 'type
csv 0:t / ("x,y,z";"2,ibm,n";"3,amd,p";"5,intel,n")
"|"0:(`a`b`c;1 2 3;"xyz") / ("a|1|x";"b|2|y";"c|3|z")
csv 0:k / ("s,n";"x,10";"y,20")
csv 0:([]x:("foo";"bar,baz";"qu\"ux";"fred\",barney")) / (enlist"x";"foo";"\"bar,baz\"";"qu\"ux";"\"fred\"\",barney\"")
csv 0:([]d:2020.01.01 0Nd;t:12:30:00.000 0Nt;f:1.5 0n;b:10b) / ("d,t,f,b";"2020-01-01,12:30:00.000,1.5,1";",,,0")
csv 0:([]m:2020.05 0Nm;u:09:30 0Nu;n:0D01:00:00 0Nn) / ("m,u,n";"2020-05,09:30,0D01:00:00.000000000";",,")
csv 0:([]a:(1 2;3)) / 'type
("JSC";enlist",")0:csv 0:t / t
("JSC";",")0: 1_csv 0:t / value flip t
("J C";enlist",")0:csv 0:t / select x,z from t
("*S";enlist",")0:csv 0:t / ([]x:(enlist"2";enlist"3";enlist"5");y:t`y)
("DTFB";enlist",")0:("d,t,f,b";"2020-01-01,12:30:00.000,1.5,1";",,,0") / ([]d:2020.01.01 0Nd;t:12:30:00.000 0Nt;f:1.5 0n;b:10b)
("JJ";enlist",")0:("a,b";"1,2";"x,") / ([]a:1 0N;b:2 0N)
("S*";enlist",")0:("a,b";"x,\"p,q\"";"y,\"say \"\"hi\"\"\"") / ([]a:`x`y;b:("p,q";"say \"hi\""))
("I*";",";1)0:("0,\"ab\nc\"";"1,\"def\"") / (0 1i;("ab\nc";"def"))
("I*";",";1)0:("0,\"ab";"c\"";"1,\"def\"") / (0 1i;("ab\nc";"def"))
("DT";",")0:"20130315,185540686" / (2013.03.15;18:55:40.686)
("DT";8 9)0:("20130315185540686";"20130315185540686") / (2013.03.15 2013.03.15;18:55:40.686 18:55:40.686)
("I C";2 1 1)0:("12 a";"34 b") / (12 34i;"ab")
("SJ";"\t")0:enlist"ab\t5" / (enlist`ab;enlist 5)
`:t.csv 0:csv 0:t / `:t.csv
("JSC";enlist",")0:`:t.csv / t
("JSC";enlist",")0:(`:t.csv;0;14) / 1#t
"S=;"0:"one=1;two=2" / (`one`two;(enlist"1";enlist"2"))
"S:/"0:"one:1/two:2" / (`one`two;(enlist"1";enlist"2"))
"I=;"0:"1=first;2=second" / (1 2i;("first";"second"))
"J=*,"0:"5=\"hello,world\",6=1" / (5 6;("hello,world";enlist"1"))
(!/)"S=&"0:"a=1&b=2" / `a`b!(enlist"1";enlist"2")
/ binary
`:h 1:0x68656c6c6f / `:h
read0`:h / enlist"hello"
read1(`:h;1;2) / 0x656c
(enlist 4;enlist"i")1:0x01000000 / enlist enlist 16777216i
(enlist"i";enlist 4)1:0x01000000 / enlist enlist 1i
("ich";4 1 2)1:0x00000000410000FF00000042FFFF / (0 255i;"AB";0 -1h)
("h c";2 1 1)1:0x01000041020000420300 / (1 2h;"AB")
(enlist"s";enlist 3)1:0x61620063 / enlist enlist`ab
("ij";4 4)1:0x0000000000000000 / 'type
/ by name
save`t / `:t
t:1 / ::
load`t / `t
t / ([]x:2 3 5;y:`ibm`amd`intel;z:"npn")
save`t.csv / `:t.csv
read0`:t.csv / ("x,y,z";"2,ibm,n";"3,amd,p";"5,intel,n")
save`t.txt / `:t.txt
read0`:t.txt / ("x\ty\tz";"2\tibm\tn";"3\tamd\tp";"5\tintel\tn")
save`t.xml / `:t.xml
read0`:t.xml / ("<R>";"<r><x>2</x><y>ibm</y><z>n</z></r>";"<r><x>3</x><y>amd</y><z>p</z></r>";"<r><x>5</x><y>intel</y><z>n</z></r>";"</R>")
rsave`n / `:n/
rload`n / `n
n / ([]a:1 2;s:("ab";"cde"))
/ logs
`:log set() / `:log
-11!(-2;`:log) / 0
`:log 1:(read1`:log),raze 8_/:-8!/:((`upd;`a;1);(`upd;`b;2)) / `:log
-11!`:log / 2
seen / ((`a;1);(`b;2))
-11!(1;`:log) / 1
count seen / 3
-11!(-2;`:log) / 2
`:log 1:-3_read1`:log / `:log
-11!(-2;`:log) / 1 31
-11!`:log / 'badtail
count seen / 4
/ databases
.Q.par[`:hdb;2020.01.01;`t] / `:hdb/2020.01.01/t
.Q.dpft[`:hdb;2020.01.01;`y;`t] / `t
.Q.dpft[`:hdb;2020.01.02;`y;`t] / `t
exec y from get`:hdb/2020.01.01/t / `amd`ibm`intel
attr(get`:hdb/2020.01.01/t)`y / `p
cols get`:hdb/2020.01.01/t / `y`x`z
.Q.fs[{lines::count x}]`:t.csv / 32
lines / 4
.Q.fsn[{lines::lines,count x};`:t.csv;10] / 32
sum lines / 8
/ compressed files
-21!`:foo / (`symbol$())!()
`:zip 1:0x6b787a697070656478dafba7c0ce0002cc0c10c008a599a0344c1c002e72012f030000000206000028000000000000002000000000000000000002000000000018000000020000000100000000000000 / `:zip
get`:zip / 1 2 3
hcount`:zip / 40
-21!`:zip / `compressedLength`uncompressedLength`algorithm`logicalBlockSize`zipLevel!(80;40;2i;17i;6i)
8#read1`:zip / 0x6b787a6970706564
`:zip 1:0x6b787a69707045640000 / `:zip
get`:zip / 'nyi
`:zip 1:0x6b787a69707065640000 / `:zip
get`:zip / 'zip. The file is damaged
/ columns of splayed tables by name, standing alone
`:cols/t/ set([]a:1 2 3;b:3 3 4f) / `:cols/t/
@[`:cols/t;`a;:;`s#4 5 6] / `:cols/t
attr get[`:cols/t]`a / `s
@[`:cols/t/;`b;2*] / `:cols/t/
get`:cols/t / ([]a:4 5 6;b:6 6 8f)
@[`:cols/t;`b;`p#] / `:cols/t
attr get[`:cols/t]`b / `p
@[`:cols/t;`b;+;1 2 3] / `:cols/t
@[`:cols/t;`c;:;"xyz"] / `:cols/t
.[`:cols/t/.d;();,;`c] / `:cols/t/.d
get`:cols/t / ([]a:4 5 6;b:7 8 11f;c:"xyz")
@[`:cols/t;`a`b;neg] / `:cols/t
get`:cols/t / ([]a:-4 -5 -6;b:-7 -8 -11f;c:"xyz")
@[`:cols/t;`nope;neg] / 'cols/t/nope. OS reports: No such file or directory
@[`:cols/t;0;neg] / 'type
(`:packed;17;2;9)1:0x0102 / `:packed
read1`:packed / 0x0102

/ a file of what a loop has nested deep
{`:deep set x;count get`:deep}(enlist/)[30000;1] / 1
hdel`:deep / `:deep
/ splayed tables sorted and joined to in their folder
`:disk/t/ set([]b:3 1 2;c:"xyz") / `:disk/t/
`b xasc`:disk/t / `:disk/t
get`:disk/t / ([]b:1 2 3;c:"yzx")
attr get[`:disk/t]`b / `s
`b xdesc`:disk/t/ / `:disk/t/
exec b from get`:disk/t / 3 2 1
`:disk/t upsert(9;"q") / `:disk/t
get`:disk/t / ([]b:3 2 1 9;c:"xzyq")
`:disk/t/ upsert([]b:7 8;c:"mn") / `:disk/t/
count get`:disk/t / 6
/ a bare name is a file for text too
`:bare.csv 0:("a,b";"1,x") / `:bare.csv
("JS";enlist",")0:`bare.csv / ([]a:enlist 1;b:enlist`x)
{`:lines.txt 0:("hello world";"again");read0(`:lines.txt;6;5)}[] / "world"
{`:lines.txt 0:("hello world";"again");read0(`:lines.txt;6;8)}[] / ("world";"ag")
/ plain symbols name files too
`plain.txt 0:("ab";"cd") / `plain.txt
read0`plain.txt / ("ab";"cd")
read1(`plain.txt;0;2) / 0x6162
hcount`plain.txt / 6
.Q.dd[`:db;`t`c] / `:db/t/c
.Q.dd[`a;`b] / `a.b
.Q.dd[`:db;2020.01.01] / `:db/2020.01.01
`:nolib 2:(`f;1) / 'nolib.so. OS reports: cannot open shared object file: No such file or directory
{`:lib.so 1:0x0001;f:`:lib 2:(`f;2);@[{x . 1 2};f;{x}]}0 / "nyi"
if[0b;`:nolib 2:(`f;1)] / ::
getenv`nosuch`alsono / ("";"")
/ .Q.en sets its list once: what is enumerated over it keeps its places
{sym::`a`b`c;ent::([]s:`sym$`b`a);.Q.en[`:endb;([]s:`x`y`x)];value ent`s}[] / `y`x
get`:endb/sym / `x`y
.Q.en[`:endb;([]s:`z`x;n:(`q`x;`w`z))]`n / (`sym$`q`x;`sym$`w`z)
get`:endb/sym / `x`y`z`q`w
