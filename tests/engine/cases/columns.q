t:([]a:3 4 5;b:6 7 8;c:`z`u`i)
k:([k:`x`y]v:1 2;w:3 4)
cols `t / `a`b`c
cols k / `k`v`w
keys k / 1#`k
keys t / 0#`
`d`e xcol t / ([]d:3 4 5;e:6 7 8;c:`z`u`i)
(`a`c!`A`C) xcol t / ([]A:3 4 5;b:6 7 8;C:`z`u`i)
(`q`c!`A`C) xcol t / 'length
`b xcols t / ([]b:6 7 8;a:3 4 5;c:`z`u`i)
`c`a xcols t / ([]c:`z`u`i;a:3 4 5;b:6 7 8)
`c xkey t / ([c:`z`u`i]a:3 4 5;b:6 7 8)
`a`b xkey t / ([a:3 4 5;b:6 7 8]c:`z`u`i)
() xkey k / ([]k:`x`y;v:1 2;w:3 4)
exec t from meta t / "jjs"
exec t from meta ([]a:(1 2;3 4);b:("ab";"cd")) / "JC"
ungroup ([]a:1 2;b:(10 20;1#30)) / ([]a:1 1 2;b:10 20 30)
ungroup ([a:1 2]b:(10 20;1#30);c:("ab";1#"c")) / ([]a:1 1 2;b:10 20 30;c:"abc")
`a xgroup ([]a:1 1 2;b:10 20 30) / ([a:1 2]b:(10 20;1#30))
`a`b xgroup ([]a:1 1 2;b:1 1 1;c:"abc") / ([a:1 2;b:1 1]c:("ab";1#"c"))
t 1 / `a`b`c!(4;7;`u)
t `a / 3 4 5
t 0 2 / ([]a:3 5;b:6 8;c:`z`i)
t[1;`c] / `u
t[`a;1] / 4
k `y / `v`w!2 4
k[`y;`v] / 2
first t / `a`b`c!(3;6;`z)
last t / `a`b`c!(5;8;`i)
t 5 / `a`b`c!(0N;0N;`)
t~flip flip t / 1b
(sum;10 20 30 40) fby `a`b`a`b / 40 60 40 60
(first;1 2 3) fby "aba" / 1 2 1
({x-avg x};1 3 5f) fby `a`a`b / -1 1 0f
(sum;1 2) fby 1 2 3 / 'length
(max;1 5 3) fby ([]x:1 1 2;y:`a`a`b) / 5 5 3
.Q.qt t / 1b
.Q.qt 5 / 0b
.Q.V t / `a`b`c!(3 4 5;6 7 8;`z`u`i)
.Q.ff[([]a:1 2);([]b:1#1f)] / ([]a:1 2;b:0n 0n)
.Q.ft[{2#x};([k:1 2 3]v:4 5 6)] / ([k:1 2]v:4 5)
/ parts of times in queries
select time.minute from ([]time:10:00:01 10:01:59) / ([]minute:10:00 10:01)
select count i by time.hh from ([]time:10:00:01 10:01:59) / ([hh:1#10i]x:1#2)
exec d.month from ([]d:2000.01.15 2000.02.15) / 2000.01 2000.02m
select from ([]p:2000.01.01D12 2001.01.01D13) where p.year=2001 / ([]p:1#2001.01.01D13)
select s:sum v by 10 xbar time.minute from ([]time:10:00:01 10:01:59;v:1 2) / ([minute:1#10:00]s:1#3)
cols select 2*v,5 xbar v from ([]v:1 2) / `x`v
