a:10
b:1 2 3
f:{x+y}
/ what parse gives
parse"1" / 1
parse"a" / `a
parse"`a" / enlist`a
parse"`a`b" / enlist`a`b
parse"\"abc\"" / "abc"
parse"1+2" / (+;1;2)
parse"1+2*3" / (+;1;(*;2;3))
parse"f x" / `f`x
parse"f[1;2]" / (`f;1;2)
parse"count b" / (count;`b)
parse"neg[a]" / (neg;`a)
parse"(1;a)" / (enlist;1;`a)
parse"a:5" / (:;`a;5)
parse"a+:5" / (parse"a+:5")
first parse"+/[1 2]" / (/;+)
parse"$[a;1;2]" / ($;`a;1;2)
parse"if[a;b]" / `if`a`b
parse"" / (::)
parse"1;2" / (";";1;2)
type parse"{x}" / 100h
parse"()" / ()
count parse"f[;1]" / 3
parse"a b" / `a`b
parse"-1" / -1
parse"a-1" / (-;`a;1)
/ what eval makes of it
eval 1 / 1
eval`a / 10
eval enlist`a / `a
eval enlist`a`b / `a`b
eval(+;1;2) / 3
eval(+;`a;1) / 11
eval(+;(*;2;3);1) / 7
eval(`f;1;2) / 3
eval parse"f[1;2]" / 3
eval parse"a+sum b" / 16
eval parse"count b" / 3
eval parse"b 1" / 2
eval parse"(a;2;`c)" / (10;2;`c)
eval parse"$[a>5;`big;`small]" / `big
eval parse"+/[b]" / 6
eval parse"b+\\:1 2" / (2 3;3 4;4 5)
eval parse"1;2" / 2
eval parse"{x+1}5" / 6
eval((/;+);`b) / 6
eval(til;4) / 0 1 2 3
eval() / ()
eval(enlist;`a;`b) / (10;1 2 3)
eval parse"f[;1]5" / 6
eval parse"x1:7" / 7
eval(count;`b) / 3
eval parse"`a" / `a
value(+;7;3) / 10
value(`f;1;2) / 3
value"2+4*7" / 30
eval`nosuch / 'nosuch
value(,;`a;`b) / `a`b
eval(,;enlist`a;enlist`b) / `a`b
reval(+;1;2) / 3
reval parse"a+1" / 11
reval parse"a:5" / 'noupdate: `. `a
reval parse"{b::x}1" / 'noupdate: `. `b
reval parse"{@[`b;0;:;x]}1" / 'noupdate: `. `b
@[reval;parse"a:5";{a}] / 10
(tables`.)~reval(tables;`.) / 1b
(system"v")~reval(value;"\\v") / 1b
(tables`.)~reval(value;"\\a .") / 1b
0h<type reval(value;".Q.w[]") / 1b
reval(value;"\\a:1") / 'noupdate
reval(value;"\\w 0") / 'noupdate
reval(value;"\\P 3") / 'noupdate
reval(value;"\\ts 1+1") / 'noupdate
