t:([]a:1 2;b:`x`y)
/ serialisation
-9!-8!1 2 3 / 1 2 3
-9!-8!t / t
-9!-8!(`a;1;"x";2.5) / (`a;1;"x";2.5)
-9!-8!`a`b!(1;`c) / `a`b!(1;`c)
-8!1b / 0x010000000a000000ff01
-22!1 2 3 / count -8!1 2 3
(-9!-18!til 1000)~til 1000 / 1b
-9!0x0000 / 'badmsg
-9!1 2 / 'type
type -8!{x} / 4h
/ text
-3!1 2 3 / "1 2 3"
-3!t / "+`a`b!(1 2;`x`y)"
-27!(2i;3.14159) / "3.14"
-27!(3i;0 1.5) / ("0.000";"1.500")
-4!"a b" / (1#"a";1#" ";1#"b")
-5!"1+2" / (+;1;2)
-6!(+;1;2) / 3
-15!"abc" / md5 "abc"
-33!"abc" / 0xa9993e364706816aba3e25717850c26c9cd0d89d
-1!`a / `:a
hsym `a`:b / `:a`:b
-32!"hello" / "aGVsbG8="
-29!"[1,2]" / 1 2f
-31!1 2 / "[1,2]"
-99!1 / 'nyi
/ .Q
.Q.n / "0123456789"
.Q.t 7 / "j"
.Q.s1 (1;`a) / "(1;`a)"
.Q.s1 "ab" / "\"ab\""
.Q.s 1 2 / "1 2\n"
.Q.addmonths[2007.10.16;6 7] / 2008.04.16 2008.05.16
.Q.addmonths[2006.10.29;4] / 2007.03.01
.Q.f[2;1.005] / "1.01"
.Q.f[2;34.3445] / "34.34"
.Q.f[0;2.5] / 1#"3"
.Q.fmt[6;2;1] / "  1.00"
.Q.fmt[3;2;100] / "***"
.Q.id `$"a b" / `ab
.Q.id `$"2x" / `a2x
.Q.id flip(1#`sum)!enlist 1 2 / ([]sum1:1 2)
.Q.btoa "Hello World!" / "SGVsbG8gV29ybGQh"
"c"$.Q.atob "aGVsbG8=" / "hello"
.Q.x10 12345 / "AAAAAAADA5"
.Q.j10 .Q.x10 12345 / 12345
.Q.j12 "9IX" / 12345
.Q.dd[`a;`b] / `a.b
.Q.dd[`:d;`f] / `:d/f
.Q.ty 1 2 / "j"
.Q.ty ("ab";"cd") / "C"
.Q.ty (1;`a) / " "
.Q.fu[{x*2};1 2 1 3] / 2 4 2 6
.Q.def[`a`b!(1;`x)]`a`c!("5";"6") / `a`b!(5;`x)
.Q.opt ("-a";"10";"-b";"20";"30") / `a`b!("10";("20";"30"))
.Q.sha1 "abc" / -33!"abc"
.Q.res 0 / `abs
(`$"sum")in .Q.res / 1b
`til in key .q / 1b
/ .j
.j.j 1 2 3 / "[1,2,3]"
.j.j `a / "\"a\""
.j.j "text" / "\"text\""
.j.j `a`b!(1;"x\"y") / "{\"a\":1,\"b\":\"x\\\"y\"}"
.j.j t / "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]"
.j.j 1b / "true"
.j.j 0N / "null"
.j.j (::) / "null"
.j.j 2000.01.02 / "\"2000-01-02\""
.j.j -0w 0w / "[-inf,inf]"
.j.jd(0w 1;(1#`null0w)!1#1b) / "[null,1]"
.j.k "1" / 1f
.j.k "\"ab\"" / "ab"
.j.k "[true,false]" / 10b
.j.k "{\"a\":[1,2]}" / (1#`a)!enlist 1 2f
.j.k "[{\"a\":1},{\"a\":2}]" / ([]a:1 2f)
.j.k "null" / 0n
.j.k "[]" / ()
.j.k "{" / 'type
/ .h
.h.hc "<a>" / "&lt;a>"
.h.htc[`b;"x"] / "<b>x</b>"
.h.hta[`a;(1#`href)!enlist "u"] / "<a href=\"u\">"
.h.ha[`u;"t"] / "<a href=u>t</a>"
.h.hu "a b/c" / "a%20b%2fc"
.h.uh "a%20b" / "a b"
.h.xs "a&b" / "a&amp;b"
.h.cd t / ("a,b";"1,x";"2,y")
.h.td t / ("a\tb";"1\tx";"2\ty")
.h.hr "ab" / "--"
.h.pre ("a";"b") / "<pre>a\nb\n</pre>"
.h.iso8601 100 / "2000-01-01T00:00:00.000000100"
.h.ty `csv / "text/comma-separated-values"
/ random choice
count 5?10 / 5
all (100?10)within 0 9 / 1b
all (100?1f)within 0 1 / 1b
asc -5?5 / til 5
asc 0N?5 / til 5
asc 0N?`a`b`c / `a`b`c
-6?5 / 'length
type 3?`3 / 11h
count each string 3?`4 / 4 4 4
all (20?`a`b)in`a`b / 1b
type 3?0b / 1h
type 3?2000.01.01 / 14h
type rand 5 / -7h
3?`a / 'type
1.5?3 / 'type
/ traps with a trace, time and environment
.Q.trpd[{x+y};1 2;{[e;t]e}] / 3
.Q.trpd[{x+y};(1;`a);{[e;t]e}] / "type"
.Q.trp[{x+`a};1;{[e;t]e}] / "type"
ltime 2000.01.01D00 / 2000.01.01D00
gtime ltime 2000.01.01D00 / 2000.01.01D00
getenv `ANYQ_NO_SUCH / ""
getenv "a" / 'type

/ nested deeper than a message from outside may be
{x~-9!-8!x}(enlist/)[15000;1] / 1b
{count -9!-8!x}(enlist/)[30000;1] / 1
/ rows of a table as JSON stand on one line; as the lines of a file each has its own
.h.tx[`json]enlist t / enlist"[{\"a\":1,\"b\":\"x\"},\n {\"a\":2,\"b\":\"y\"}]"
5#key` / `q`Q`h`j`o
.o.Cols t / `a`b
