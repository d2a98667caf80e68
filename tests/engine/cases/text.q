/ string
string 42 / "42"
string -1.5 / "-1.5"
string 3f / 1#"3"
string 1 2 / (1#"1";1#"2")
string `abc / "abc"
string `ab`c / ("ab";1#"c")
string "ab" / (1#"a";1#"b")
string "a" / 1#"a"
string 2000.01.01 / "2000.01.01"
string 0N / ""
string 0n / ""
string 0W / "0W"
string 1b / 1#"1"
string 0x0f / "0f"
string 12:34 / "12:34"
string 0D01 / "0D01:00:00.000000000"
string (1;`a;"b") / (1#"1";1#"a";1#"b")
string `a`b!1 2 / `a`b!(1#"1";1#"2")
string ([]a:1 2) / ([]a:(1#"1";1#"2"))
string () / ()
string 3.14159265 / "3.141593"
string 1e10 / "1e+10"
string (+) / 1#"+"
string {x+1} / "{x+1}"
string ` / ""
/ case
lower "IBM" / "ibm"
upper "ibm1!" / "IBM1!"
upper `ibm`msft / `IBM`MSFT
lower `IBM / `ibm
upper (`The;(`quick;"fox")) / (`THE;(`QUICK;"FOX"))
lower "A" / "a"
upper `a`b!`c`d / `a`b!`C`D
/ blanks
trim "  ab  " / "ab"
ltrim "  ab  " / "ab  "
rtrim "  ab  " / "  ab"
trim "" / ""
trim "   " / ""
trim "a" / "a"
trim "a"," " / 1#"a"
trim 42 / 42
trim 0N 1 0N 2 0N / 1 0N 2
trim ("fox ";"  dog") / ("fox";"dog")
trim `a`b!(" x";"y ") / `a`b!(1#"x";1#"y")
/ padding
5$"abc" / "abc  "
-5$"abc" / "  abc"
2$"abc" / "ab"
-2$"abc" / "bc"
5$("ab";"c") / ("ab   ";"c    ")
3$"a" / "a  "
4$`a`b!("x";"yy") / `a`b!("x   ";"yy  ")
4$1 2 / 'type
/ like
"hello" like "h*" / 1b
"abcabd" like "*ab*b[^c]" / 1b
"abab" like "*ab*ab*ab" / 0b
"aXbYc" like "a*b?c*" / 1b
"ab" like "*a*b*" / 1b
"ba" like "*a*b*" / 0b
"aba" like "ab*ba" / 0b
"aa" like "*a*a*a" / 0b
(200000#"a") like "*a*a*a*a*a*a*a*b" / 0b
"hello" like "h?llo" / 1b
"hello" like "h?lo" / 0b
"hello" like "[gh]ello" / 1b
"hello" like "[^gh]ello" / 0b
"hello" like "[a-m]*" / 1b
"hello" like "*ll*" / 1b
"hello" like "" / 0b
"" like "*" / 1b
"a*b" like "a[*]b" / 1b
`abc like "a*" / 1b
`abc`xyz like "a*" / 10b
("abc";"xyz") like "*z" / 01b
(`a`b!`abc`xyz) like "a*" / `a`b!10b
"a.c" like "a.c" / 1b
"abc" like "a.c" / 0b
1 like "a" / 'type
/ search and replace
"hello hello" ss "ll" / 2 8
"hello" ss "x" / 0#0
"aaa" ss "aa" / 1#0
"hello" ss "l?" / 1#2
"hello" ss "[el]" / 1 2 3
ssr["hello";"l";"L"] / "heLLo"
ssr["hello";"ll";""] / "heo"
ssr["abc";"[ab]";upper] / "ABc"
ssr["hello world";"o?";"0"] / "hell0w0ld"
ssr["a.b.c";".";"-"] / "a-b-c"
ssr["none";"x";"y"] / "none"
/ sv and vs of text
"," sv ("a";"bc";"") / "a,bc,"
", " sv ("a";"b") / "a, b"
"" sv ("a";"b") / "ab"
` sv ("ab";"cd") / "ab\ncd\n"
` sv `a`b`c / `a.b.c
` sv `:dir`file`x / `:dir/file/x
"," vs "a,bc,,d" / (1#"a";"bc";"";1#"d")
", " vs "a, b" / (1#"a";1#"b")
"," vs "" / enlist ""
"," vs "abc" / enlist "abc"
` vs `a.b.c / `a`b`c
` vs `:/home/x.q / `:/home`x.q
` vs "ab\ncd\n" / ("ab";"cd")
` vs "ab\r\ncd" / ("ab";"cd")
"," vs ("a,b";"cd") / ((1#"a";1#"b");enlist "cd")
/ bases
10 vs 1995 / 1 9 9 5
2 vs 9 / 1 0 0 1
10 vs 0 / 1#0
24 60 60 vs 3805 / 1 3 25
0 24 60 vs 10000 / 6 22 40
10 vs 12 345 / (0 3;1 4;2 5)
16 vs 255 / 15 15
0b vs 5h / 0000000000000101b
0b vs 0x81 / 10000001b
0x0 vs 258h / 0x0102
0x0 vs 1 / 0x0000000000000001
0x0 vs 1f / 0x3ff0000000000000
10 sv 1 9 9 5 / 1995
2 sv 1001b / 9
24 60 60 sv 1 3 25 / 3805
10 sv (1 2;3 4) / 13 24
0x0 sv 0x0102 / 258h
0x0 sv 0x00000102 / 258i
0b sv 0000000000000101b / 5h
0b sv 10000001b / 0x81
256 sv 0x0102 / 258
0b sv 101b / 'length
0x02 vs 0x0102010201 / (1#0x01;1#0x01;1#0x01)
1 vs 5 / 'domain
/ digests
md5 "" / 0xd41d8cd98f00b204e9800998ecf8427e
md5 "abc" / 0x900150983cd24fb0d6963f7d28e17f72
md5 `a / 'type
/ a clock after a sign
("T";enlist",")0:("a";"+0900") / ([]a:enlist 09:00:00.000)
sum(" Z T";5 20 1 5)0:enlist"Tue, 04 Jun 2013 07:00:13 -0500" / enlist 2013.06.04T02:00:13.000

/ a pattern with a star cannot be searched for (page basics/regex.md)
"ab*c" ss "b*" / 'length
"ab*c" ss "[*]" / enlist 2
ssr["a1b22";"[0-9]";"#"] / "a#b##"

/ digits of a byte base: as many as any long has (page basics/exposed-infrastructure.md)
0x40 vs 2 / 0x00000000000000000002
0x24 vs 100 / 0x00000000000000000000021c
0x0 vs 258h / 0x0102
"abc]" ss "[]" / `long$()
"abc" ss "[^]" / 0 1 2
"abc" like "[c-a]bc" / 0b
ssr["abc";"a*";"x"] / 'length
.Q.s ()!() / ""
.Q.s(`$())!0#0 / ""
(.z.ph("?1+1";()!()))like"*200 OK*<pre>2*" / 1b
(.z.ph("nofile";()!()))like"*404 Not Found*" / 1b
0x03 sv(0x0102;0x02) / 'type
0x0a sv(0x0102;0x0304) / 0x01020a0304
0x0b0c sv 0x0a vs 0x010a02 / 0x010b0c02
