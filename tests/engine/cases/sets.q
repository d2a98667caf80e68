d:`a`b`c!1 2 1
/ distinct, group
distinct 2 3 7 3 5 3 / 2 3 7 5
distinct "mississippi" / "misp"
distinct `a`b`a / `a`b
distinct (1 2;3;1 2) / (1 2;3)
distinct ("ab";"cd";"ab") / ("ab";"cd")
distinct 0n 1 0n / 0n 1
distinct 1010b / 10b
distinct () / ()
distinct 0#`a / 0#`a
distinct ([]a:1 2 1;b:`x`y`x) / ([]a:1 2;b:`x`y)
distinct 2000.01.01 2000.01.01 / 1#2000.01.01
count distinct 2+0f,10 xexp -13 / 2
distinct 5 / 'type
group 1 2 1 3 2 / 1 2 3!(0 2;1 4;1#3)
group `a`b`a / `a`b!(0 2;1#1)
group "mississippi" / "misp"!(1#0;1 4 7 10;2 3 5 6;8 9)
group d / 1 2!(`a`c;1#`b)
group () / (`s#())!()
group ([]a:1 2 1) / ([]a:1 2)!(0 2;1#1)
group (1 2;3;1 2) / (1 2;3)!(0 2;1#1)
value group 1.5 0n 1.5 / (0 2;1#1)
count each group 1000#til 3 / 0 1 2!334 333 333
/ union, inter, except
1 2 union 2 3 / 1 2 3
1 1 union 2 / 1 2
`a`b union `b`c / `a`b`c
"ab" union "bc" / "abc"
(1 2;3 4) union (3 4;5) / (1 2;3 4;5)
1 2 3 inter 2 3 4 / 2 3
2 2 3 inter 2 / 2 2
`a`b inter `b`c / 1#`b
(1 2;3 4) inter enlist 3 4 / enlist 3 4
"abc" inter "cat" / "ac"
([]a:1 2 3) inter ([]a:2 3 4) / ([]a:2 3)
(`a`b!1 2) inter `b`c!2 3 / 1#2
1 2 3 except 2 / 1 3
1 2 3 2 except 2 / 1 3
`a`b`c except `b / `a`c
"hello" except "l" / "heo"
(1 2;3 4) except enlist 1 2 / enlist 3 4
([]a:1 2 3) except ([]a:1#2) / ([]a:1 3)
1 2 except 1 2 / 0#0
/ find
10 20 30?20 / 1
10 20 30?40 / 3
10 20 30?30 10 / 2 0
10 20 30?(10;20 40) / (0;1 3)
"abc"?"cab" / 2 0 1
`a`b?`b / 1
`a`b?`c`a / 2 0
(1 2;3 4)?3 4 / 1
(1 2;3 4)?(3 4;9 9) / 1 2
(1;`a;"c")?`a / 1
(1;`a;"c")?(`a;2) / 1 3
("ab";"cd")?"cd" / 1
0n 1?0n / 0
1 0N 3?0N / 1
1 2 3?2i / 1
1 2?`a / 'type
d?2 / `b
d?1 3 / `a`
([]a:1 2;b:3 4)?`a`b!2 4 / 1
([]a:1 2;b:3 4)?([]a:2 9;b:4 9) / 1 2
([]a:1 2;b:3 4)?(2;4) / 1
()?1 / 0
(0#0)?1 / 0
/ binary search
1 3 5 bin 3 / 1
1 3 5 bin 0 4 9 / -1 1 2
1 3 5 binr 3 / 1
1 3 5 binr 0 4 9 / 0 2 3
1 3 3 5 bin 3 / 2
1 3 3 5 binr 3 / 1
0N 1 3 bin 0N 2 / 0 1
0n 1 3 bin 0n 2 / 0 1
`a`c bin `b`c`d / 0 1 1
"ace" bin "bd" / 0 1
1 3 5 bin 3.5 / 1
2000.01.01 2000.02.01 bin 2000.01.15 / 0
1 3 bin `a / 'type
(`a`b!1 3) bin 2 / `a
1 3 5 bin (2;4 6) / (0;1 2)
/ sort
asc 2 1 3 / 1 2 3
desc 2 1 3 / 3 2 1
asc 2 0N 1 / 0N 1 2
asc 2 0n 1 / 0n 1 2
desc 2 0n 1 / 2 1 0n
asc `c`a`b / `a`b`c
desc `c`a`b / `c`b`a
asc "hello" / "ehllo"
asc 101b / 011b
asc ("bat";"dog";"cow") / ("bat";"cow";"dog")
asc (1;1b;"b";2009.01.01;"a";0) / (1b;0;1;"a";"b";2009.01.01)
asc () / ()
asc `a`b`c!2 1 3 / `b`a`c!1 2 3
desc `a`b`c!2 1 3 / `c`a`b!3 2 1
asc ([]a:4 3 4;b:`s`a`d) / ([]a:3 4 4;b:`a`d`s)
desc ([]a:4 4 1;b:`a`d`s) / ([]a:4 4 1;b:`d`a`s)
attr asc 3 1 2 / `s
attr desc 3 1 2 / `
asc 2000.01.02 2000.01.01 / 2000.01.01 2000.01.02
asc 5 / 'rank
iasc 2 1 3 / 1 0 2
iasc 2 1 2 1 / 1 3 0 2
idesc 2 1 2 1 / 0 2 1 3
idesc 0N 1 / 1 0
iasc "cab" / 1 2 0
iasc `a`b`c!2 3 1 / `c`a`b
iasc () / 0#0
iasc ("b";"a") / 1 0
iasc (1 2;1 1;0 5) / 2 1 0
rank 2 7 3 2 5 / 0 4 2 1 3
rank "cab" / 2 0 1
2 xrank 1 37 5 4 / 0 1 1 0
4 xrank til 8 / 0 0 1 1 2 2 3 3
`a xasc ([]a:2 1;b:1 2) / ([]a:1 2;b:2 1)
`a xdesc ([]a:1 2;b:1 2) / ([]a:2 1;b:2 1)
`a`b xasc ([]a:2 1 1;b:1 2 1) / ([]a:1 1 2;b:1 2 1)
`z xasc ([]a:1 2) / 'z
`a xasc ([k:1 2]a:2 1) / ([k:2 1]a:1 2)

/ a list of whole numbers drops the keys, an atom the first entries (page ref/drop.md)
enlist[100]_100 200!`a`b / (enlist 200)!enlist`b
1 _ 100 200!`a`b / (enlist 200)!enlist`b
(100 200!`a`b)_1 / 100 200!`a`b
differ 96.100000000000009 96.099999999999994 96.2 / 101b
differ 0n 0n 0 0 / 1010b
differ 1 1 2e / 101b
