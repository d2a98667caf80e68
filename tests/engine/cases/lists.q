t:([]a:1 2 3;b:`x`y`z)
k:([k:`a`b`c]v:1 2 3)
d:`a`b`c!1 2 3
/ til, enlist, join
til 5 / 0 1 2 3 4
til 0 / 0#0
til -1 / 'domain
til `a / 'type
til 2.5 / 'type
enlist 1 / 1#1
count enlist 1 2 3 / 1
enlist[1;2;3] / 1 2 3
enlist[1;`a] / (1;`a)
enlist `a`b!1 2 / ([]a:1#1;b:1#2)
1,2 / 1 2
1 2,3 / 1 2 3
1,`a / (1;`a)
1 2,`a`b / (1;2;`a;`b)
(),1 / 1#1
1,() / 1#1
(),() / ()
"ab","c" / "abc"
"ab",`c / ("a";"b";`c)
1 2,enlist 3 4 / (1;2;3 4)
(1 2;3),4 / (1 2;3;4)
1 2,0#0f / 1 2
(0#0f),1 2 / 1 2
t,t / ([]a:1 2 3 1 2 3;b:`x`y`z`x`y`z)
t,`a`b!(4;`w) / ([]a:1 2 3 4;b:`x`y`z`w)
t,([]b:1#`w;a:1#4) / ([]a:1 2 3 4;b:`x`y`z`w)
d,`c`d!30 40 / `a`b`c`d!1 2 30 40
k,([k:`c`d]v:30 40) / ([k:`a`b`c`d]v:1 2 30 40)
10,d / 'type
t,([]c:1 2) / 'mismatch
/ take
3#1 2 3 4 5 / 1 2 3
-2#1 2 3 4 5 / 4 5
7#1 2 3 / 1 2 3 1 2 3 1
-4#1 2 3 / 3 1 2 3
0#1 2 3 / 0#0
3#5 / 5 5 5
2#`a / `a`a
3#"ab" / "aba"
3#() / (();();())
2#0#0 / 0N 0N
2 3#til 6 / (0 1 2;3 4 5)
2 3#1 / (1 1 1;1 1 1)
2 2#"abcd" / ("ab";"cd")
2 0#1 / (0#0;0#0)
2 2 2#til 8 / ((0 1;2 3);(4 5;6 7))
0N 3#til 7 / (0 1 2;3 4 5;1#6)
2 0N#til 7 / (0 1 2;3 4 5 6)
`a`c#d / `a`c!1 3
(enlist`a)#d / (1#`a)!1#1
`a`z#d / `a`z!1 0N
2#d / `a`b!1 2
2#t / ([]a:1 2;b:`x`y)
5#t / ([]a:1 2 3 1 2;b:`x`y`z`x`y)
`b`a#t / ([]b:`x`y`z;a:1 2 3)
(enlist`a)#t / ([]a:1 2 3)
`zz`a#t / 'zz
2#k / ([k:`a`b]v:1 2)
([]k:`a`c)#k / ([k:`a`c]v:1 3)
1.5#1 2 / 'type
/ drop and cut
2_1 2 3 4 / 3 4
-1_1 2 3 / 1 2
5_1 2 / 0#0
0_1 2 / 1 2
1_"abc" / "bc"
1_() / ()
2 4_til 6 / (2 3;4 5)
0 2 4_til 6 / (0 1;2 3;4 5)
2 2 4_til 6 / (0#0;2 3;4 5)
3 1_til 4 / 'domain
1 2 3_1 / 1 3
d _`a / `b`c!2 3
`a _ d / `b`c!2 3
`a`b _ d / (1#`c)!1#3
1_d / `b`c!2 3
-1_d / `a`b!1 2
1_t / ([]a:2 3;b:`y`z)
(enlist`a)_t / ([]b:`x`y`z)
t _ 0 / ([]a:2 3;b:`y`z)
([]k:1#`a)_k / ([k:`b`c]v:2 3)
4 cut til 10 / (0 1 2 3;4 5 6 7;8 9)
0 3 cut til 5 / (0 1 2;3 4)
2 cut "abcde" / ("ab";"cd";1#"e")
0 cut 1 2 / 'length
2 cut t / (([]a:1 2;b:`x`y);([]a:1#3;b:1#`z))
2 cut () / ()
/ sublist, rotate, reverse
3 sublist 1 2 / 1 2
2 sublist 1 2 3 / 1 2
-2 sublist 1 2 3 / 2 3
1 2 sublist 1 2 3 4 / 2 3
1 9 sublist 1 2 3 / 2 3
9 2 sublist 1 2 3 / 0#0
2 sublist d / `a`b!1 2
2 sublist t / ([]a:1 2;b:`x`y)
-1 sublist t / ([]a:1#3;b:1#`z)
2 rotate 1 2 3 4 / 3 4 1 2
-1 rotate 1 2 3 4 / 4 1 2 3
5 rotate 1 2 3 / 3 1 2
1 rotate "abc" / "bca"
1 rotate () / ()
1 rotate t / ([]a:2 3 1;b:`y`z`x)
1 rotate d / `b`c`a!2 3 1
reverse 1 2 3 / 3 2 1
reverse "abc" / "cba"
reverse (1;`a) / (`a;1)
reverse d / `c`b`a!3 2 1
reverse t / ([]a:3 2 1;b:`z`y`x)
reverse 5 / 5
reverse () / ()
reverse `a`b / `b`a
/ raze, flip, where, cross
raze (1 2;3 4 5) / 1 2 3 4 5
raze (1 2;(3 4;5 6);7) / (1;2;3 4;5 6;7)
raze 42 / 1#42
raze () / ()
raze ("ab";"cd") / "abcd"
raze (1;2 3) / 1 2 3
raze (1;`a) / (1;`a)
raze `a`b!(1 2;3) / 1 2 3
raze (t;t) / ([]a:1 2 3 1 2 3;b:`x`y`z`x`y`z)
raze (10;d) / 'type
raze 1 2 3 / 1 2 3
flip (1 2 3;4 5 6) / (1 4;2 5;3 6)
flip (1 2 3;`a) / ((1;`a);(2;`a);(3;`a))
flip `a`b!(1 2;3 4) / ([]a:1 2;b:3 4)
flip `a`b!(1 2;3) / ([]a:1 2;b:3 3)
flip ([]a:1 2;b:3 4) / `a`b!(1 2;3 4)
flip ("ab";"cd") / ("ac";"bd")
flip (1 2;3 4 5) / 'length
flip 1 2 / 'rank
flip `a`b!1 2 / 'rank
where 0110b / 1 2
where 2 3 0 1 / 0 0 1 1 1 3
where 0#0b / 0#0
where () / 0#0
where `a`b`c!101b / `a`c
where `a`b!2 1 / `a`a`b
where "ab" / 'type
where 1f / 'type
1 2 cross 3 4 / (1 3;1 4;2 3;2 4)
`a`b cross 1 2 / ((`a;1);(`a;2);(`b;1);(`b;2))
(([]a:1 2) cross ([]b:3 4)) / ([]a:1 1 2 2;b:3 4 3 4)
"ab" cross "c" / ("ac";"bc")
/ the vector conditional
?[101b;1 2 3;10 20 30] / 1 20 3
?[101b;`a;`b`c`d] / `a`c`a
?[1b;2;3] / 2
?[10b;1 2;3 4 5] / 'length
?[10b;1 2;`a`b] / 'type
?[10b;(1;`a);(2;`b)] / (1;`b)
/ dicts
`a`b!1 2 / (`a`b)!1 2
key d / `a`b`c
value d / 1 2 3
d `b / 2
d `a`c / 1 3
d `z / 0N
`a`b!1 2 3 / 'length
(`a`b!1 2)`b / 2
1!([]a:1 2;b:3 4) / ([a:1 2]b:3 4)
0!([a:1 2]b:3 4) / ([]a:1 2;b:3 4)
2!([]a:1 2;b:3 4;c:5 6) / ([a:1 2;b:3 4]c:5 6)
(`a`b!1 2),`b`c!20 30 / `a`b`c!1 20 30
(`s#`a`b!1 2),`c`d!3 4 / 'step
(`s#(10*til 4)!til 4) 5 10 45 / 0 1 3
([]a:1 2)!([]b:3 4) / ([a:1 2]b:3 4)
count d / 3
first k / (1#`v)!1#1
(`a`b!(1 2;3 4))[`a;1] / 2

/ a missing item is like the first one: of a record the null of each value
x:((`a`b!(1;`x));1)
type each value x 5 / -7 -11h
type each value first prev x / -7 -11h
type each value x 0N / -7 -11h
key x 5 / `a`b
(([]a:1 2);1)5 / ([]a:0#0)
(([a:1 2]b:3 4);1)5 / ([a:0#0]b:0#0)
/ a list appends what has the rank of its first item as one item
{s:enlist 1 2 3;s,:4 5 6;s}[] / (1 2 3;4 5 6)
(enlist 1 2 3),4 5 6 / (1 2 3;4;5;6)
{x:("ab";"cd");x,:"ef";x}[] / ("ab";"cd";"ef")
{x:("ab";"cd");x,:enlist"ef";x}[] / ("ab";"cd";"ef")
{x:("ab";"cd");x,:"e";x}[] / ("ab";"cd";"e")
{x:(1;2 3);x,:4 5;x}[] / (1;2 3;4;5)
{x:enlist enlist 1 2;x,:enlist 3 4;x}[] / (enlist 1 2;enlist 3 4)
{x:enlist enlist 1 2;x,:3 4;x}[] / (enlist 1 2;3;4)
{x:();x,:1 2 3;x}[] / 1 2 3
lg:enlist 1 2
lg,:3 4
lg / (1 2;3 4)
(`a`b!1 2),() / `a`b!1 2
([a:1 2]b:3 4),() / ([a:1 2]b:3 4)
(),([a:1 2]b:3 4) / ([a:1 2]b:3 4)
([]a:1 2),() / ([]a:1 2)
/ find and membership go by depth
("ab";"cd") in (("ab";"cd");0 1 2) / 1b
3 in (1 2;3) / 0b
3 in (3;1 2) / 1b
1 2 in (9;(1 2;3 4)) / 00b
1 2 in (1 2;9) / 1b
(("ab";"cd");"x";1 2)?("ab";"cd") / 0
(("ab";"cd");"x";1 2)?1 2 / 3
("ab";"cd";())?enlist() / enlist 2
1 2f in 2#2 / 'type
`a in 1 2 / 'type
1 2f in 2 / 01b
1 2f in 1#2 / 01b
1 2i in 2 3 / 01b
1 2?`a / 'type
/ drop
(`a`b!1 2)_`a`b / 'type
`a`b _`a`b`c!1 2 3 / enlist[`c]!enlist 3
([]a:1 2;b:3 4)_`a / 'type
`a _([]a:1 2;b:3 4) / 'type
([]a:1 2;b:3 4)_0 / ([]a:enlist 2;b:enlist 4)
enlist[`a]_([]a:1 2;b:3 4) / ([]b:3 4)
(("ab";"cd")!1 2)_"ab" / enlist["cd"]!enlist 2
/ shapes of three dimensions
1 0 2#1 2 / 'domain
0N 2 2#til 4 / 'domain
1 2 0#"a" / enlist("";"")
