v:([]a:1 2;b:`x`y)
k:([s:`x`y]n:10 20)
`w set v
`kk set k
`u set([]name:();age:())
`l set([]a:1 2;s:("ab";"c"))
/ insert
`w insert(3;`z) / enlist 2
w / ([]a:1 2 3;b:`x`y`z)
`w insert(4 5;`p`q) / 3 4
count w / 5
`w insert`a`b!(6;`r) / enlist 5
`w insert([]b:`s`t;a:7 8) / 6 7
w[7] / `a`b!(8;`t)
insert[`w;(9;`u)] / enlist 8
`w insert(1.5;`z) / 'type
`w insert(1;2;3) / 'length
`w insert(1 2;`a`b`c) / 'length
`w insert([]c:1 2) / 'mismatch
count w / 9
`kk insert(`z;30) / enlist 2
`kk insert(`z;31) / 'insert
`kk insert(`p`p;1 2) / 'insert
kk / ([s:`x`y`z]n:10 20 30)
`u insert(`tom`dick;30 40) / 0 1
meta u / ([c:`name`age]t:"sj";f:``;a:``)
`l insert(3;"xyz") / enlist 2
l / ([]a:1 2 3;s:("ab";"c";"xyz"))
`l insert(4 5;("p";"qq")) / 3 4
last[l]`s / "qq"
`fresh insert([]a:1 2) / 0 1
fresh / ([]a:1 2)
`nowhere insert(1;2) / 'nowhere
(1 2)insert 3 / 'type
/ upsert
v upsert(3;`z) / ([]a:1 2 3;b:`x`y`z)
v upsert((3;`z);(4;`p)) / ([]a:1 2 3 4;b:`x`y`z`p)
v upsert`a`b!(3;`z) / ([]a:1 2 3;b:`x`y`z)
v upsert([]b:`z`p) / ([]a:1 2 0N 0N;b:`x`y`z`p)
v upsert([]z:1 2) / 'mismatch
v upsert(1.5;`a) / 'type
v / ([]a:1 2;b:`x`y)
k upsert(`y;21) / ([s:`x`y]n:10 21)
k upsert(`z;30) / ([s:`x`y`z]n:10 20 30)
k upsert((`y;21);(`z;30)) / ([s:`x`y`z]n:10 21 30)
k upsert([]s:`x`z;n:1 2) / ([s:`x`y`z]n:1 20 2)
k upsert([s:`x`z]n:1 2) / ([s:`x`y`z]n:1 20 2)
`kk upsert(`z;33) / `kk
kk`z / (enlist`n)!enlist 33
(`a`b!1 2)upsert`b`c!3 4 / `a`b`c!1 3 4
() upsert v / v
/ assignment of rows
{x,:`a`b!(3;`z);x}v / ([]a:1 2 3;b:`x`y`z)
/ attributes
`gg set([]a:`g#`x`y;b:`s#1 2;c:`u#1 2) / `gg
`gg insert(`x;3;3) / enlist 2
exec a from meta gg / `g`s`u
`gg insert(`x;1;1) / enlist 3
exec a from meta gg / `g``
/ long tables grow in place and old states stay
`big set([]a:til 2000;s:2000#`a`b) / `big
old:big / ::
`big insert(5;`zz) / enlist 2000
`big insert(6;`yy) / enlist 2001
last big / `a`s!(6;`yy)
count old / 2000
last old / `a`s!(1999;`b)
count each group big`s / `a`b`zz`yy!1000 1000 1 1
count old,([]a:1 2;s:`p`q) / 2002
-2#exec s from old,([]a:1 2;s:`p`q) / `p`q
-2#big`s / `zz`yy
10,`a`b!1 2 / 'type
/ longs into int columns
`o set([]time:`time$();sym:`$();price:`float$();size:`int$())
`o insert(09:30:00.000;`a;10.75;100) / enlist 0
`o insert(09:31:00.000 09:32:00.000;`b`c;1 2f;0N 0W) / 1 2
o`size / 100 0N 0Wi
`o insert(09:33:00.000;`d;1f;2147483648) / 'type
`o insert(09:33:00.000;`d;1f;-2147483647) / enlist 3
`o insert(09:33:00.000;`d;1f;1h) / 'type
`o upsert(09:34:00.000;`e;1f;7) / `o
o`size / 100 0N 0W -0W 7i
`os set([k:`a`b]n:1 2i)
`os upsert(`a;30) / `os
os / ([k:`a`b]n:30 2i)
`os upsert([]k:`b`c;n:5 6) / `os
os / ([k:`a`b`c]n:30 5 6i)
/ a record joined in place, and lists in columns
`ja set([]a:1 2;b:`x`y)
ja,(enlist 1) / (`a`b!(1;`x);`a`b!(2;`y);1)
{x,:(3;`z);x}([]a:1 2;b:`x`y) / ([]a:1 2 3;b:`x`y`z)
{x,:`a`b!(3;`z);x}([]a:1 2;b:`x`y) / ([]a:1 2 3;b:`x`y`z)
{x,:x;x}([]a:1 2;b:`x`y) / ([]a:1 2 1 2;b:`x`y`x`y)
{x,:(`b;5);x}([s:`a`b]n:1 2) / ([s:`a`b]n:1 5)
{x,:(`c;6);x}([s:`a`b]n:1 2) / ([s:`a`b`c]n:1 2 6)
{x,:(`c;6);x}([]s:`a`b;n:1 2i) / ([]s:`a`b`c;n:1 2 6i)
{x,:(`c;1.5);x}([]s:`a`b;n:1 2) / 'type
`jl set([stock:()]price:())
`jl insert(`intel;enlist 123.2 120.4 131) / enlist 0
jl / ([stock:enlist`intel]price:enlist 123.2 120.4 131)
/ attributes of what is appended to
v:`s#1 2 3;v,:4;v / `s#1 2 3 4
v:`s#1 2 3;v,:0;v / 1 2 3 0
v:`s#`long$();v,:3 4;v / `s#3 4
{a:`u#`a`b;a,:x;a}`c`d / `u#`a`b`c`d
{a:`u#`a`b;a,:x;a}`c`b / `a`b`c`b
v:`g#1 2;v,:1;v / `g#1 2 1
v:`p#1 1;v,:1;v / 1 1 1
/ keys of another type than the key column
([s:`a`b]b:3 4)0 / 'type
([a:1 2]b:3 4)`x`y / 'type
([a:1 2;b:`x`y]c:3 4)(`x;1) / 'type
([a:1 2]b:3 4)1i / (enlist`b)!enlist 3
