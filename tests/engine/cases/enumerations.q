sym:`a`b
x:`sym$`a`b`a
dep:([d:`hr`it]boss:`ann`bob)
emp:([]n:`p`q`r;d:`dep$`it`hr`it)
num:([id:10 20]w:`ten`twenty)
fact:([]id:`num$20 10 20)
words:`p`q
row:([]a:`x`y`z)
lk:([]r:`row!2 0)
/ lists of symbols
value x / `a`b`a
type x / 20h
key x / `sym
x=`a / 101b
x 1 / `b
x in`a`c / 101b
`long$x / 0 1 0
"i"$x / 0 1 0i
`sym$`c / 'cast
`sym$`a / `a
`nothere$`a / 'nothere
type x 0 2 / 20h
type x,x / 20h
distinct value x / `a`b
count each group value x / `a`b!2 1
string x / (enlist"a";enlist"b";enlist"a")
`words?`q`r`s / `q`r`s
words / `p`q`r`s
`fresh?`z`y`z / `z`y`z
fresh / `z`y
.Q.s1 x / "`sym$`a`b`a"
/ foreign keys
meta emp / ([c:`n`d]t:"ss";f:``dep;a:``)
select n,d.boss from emp / ([]n:`p`q`r;boss:`bob`ann`bob)
exec d.boss from emp / `bob`ann`bob
select from emp where d.boss=`bob / ([]n:`p`r;d:`it`it)
select count i by d.boss from emp / ([boss:`ann`bob]x:1 2)
`dep$`xx / 'cast
`emp insert(`s;`xx) / 'cast
`emp insert(`s;`hr) / enlist 3
fkeys emp / (enlist`d)!enlist`dep
fkeys dep / (`symbol$())!`symbol$()
exec id.w from fact / `twenty`ten`twenty
/ links
exec r.a from lk / `z`x
`long$lk`r / 2 0
