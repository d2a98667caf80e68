d:`a`b!(10 21 3;4 5 6)
t:([]a:10 21 3;b:4 5 6)
k:([k:`abc`def`ghi]a:10 21 3;b:4 5 6)
/ sum
sum 1 2 3 / 6
sum 5 / 5
sum 1 0N 3 / 4
sum 0N 0N / 0
sum 1.5 0n 2 / 3.5
sum 101b / 2i
sum 0x0102 / 3i
sum 1 2h / 3i
sum 1 2i / 3i
type sum 1 2e / -8h
sum 0#1 / 0
sum 0#1f / 0f
sum () / 0
sum (1 2;3 4) / 4 6
sum (1;2.5) / 3.5
sum 00:10 00:20 / 00:30
sum 0D01 0D02 / 0D03
sum "abc" / 'type
sum `a`b / 'type
sum d / 14 26 9
sum t / `a`b!34 15
sum k / `a`b!34 15
sum 0w -0w / 0n
/ prd
prd 7 / 7
prd 2 3 5 7 / 210
prd 2 3 0N 7 / 42
prd 101b / 0i
prd 1.5 2 / 3f
prd (1 2 3 4;2 3 5 7) / 2 6 15 28
prd () / 1
prd 0#1 / 1
prd "abc" / 'type
prd d / 40 105 18
prd t / `a`b!630 120
/ min and max
min 2 5 7 1 3 / 1
max 2 5 7 1 3 / 7
min "genie" / "e"
max "genie" / "n"
min 0N 5 0N 1 3 / 1
max 0N 5 0N 1 3 / 5
min 0N 0N / 0W
max 0N 0N / -0W
min 0#1 / 0W
max 0#1 / -0W
min 0#1f / 0w
max 0#1f / -0w
min 0n 2 / 2f
max 0n 2 / 2f
min 10b / 0b
max 10b / 1b
min 3 / 3
max 2000.01.01 2000.01.05 / 2000.01.05
min (1 2;0N 4) / 0N 2
max (1 2;0N 4) / 1 4
min `a`b / 'type
min d / 4 5 3
min t / `a`b!3 4
max k / `a`b!21 6
/ averages
avg 1 2 3 / 2f
avg 1 0w / 0w
avg -0w 0w / 0n
avg 1 0n 2 3 / 2f
avg 1 0N 3 / 2f
avg (1 2;0N 4) / 0n 3
avg 101b / 2%3
avg 1b / 1f
avg 5 / 5f
avg 0#1 / 0n
avg () / 0n
avg d / 7 13 4.5
avg t / `a`b!(34%3;5f)
avg k / `a`b!(34%3;5f)
avg 10:00 11:00 / 630f
avg `a / 'type
avg "ab" / 97.5
med 1 2 3 / 2f
med 10 34 23 123 5 56 / 28.5
med 7 / 7f
med 0#1 / 0n
med ([]a:1 2 3;b:4 5 6) / `a`b!2 5f
/ spread
var 1 2 3 4 / 1.25
dev 1 2 3 4 / sqrt 1.25
svar 1 2 3 4 / 5%3
sdev 1 2 3 4 / sqrt 5%3
var 5 / 0f
var 0#1 / 0n
svar enlist 1 / 0n
var 2 3 0N 7 / var 2 3 7
dev (2 3;4 0N;1 7) / (dev 2 4 1;2f)
dev ([]a:2 4 1;b:3 0N 7) / `a`b!(dev 2 4 1;2f)
2 3 5 7 cov 3 3 5 9 / 4.5
2 3 5 7 scov 3 3 5 9 / 6f
1 2 3 cor 2 4 6 / 1f
1 2 3 cor 6 4 2 / -1f
1 2 cov 1 2 3 / 'length
/ weights
2 3 4 wsum 1 2 4 / 24f
(2#5) wsum 2#1 / 10f
2 wsum 1 2 4 / 14
1.5 wsum 2 4 / 9f
2 3 4 wavg 1 2 4 / 24%9
2 0N 4 5 wavg 1 2 0N 8 / 6f
0 wavg 2 3 / 0n
0 wavg (1 2;3 4) / 0n 0n
(1 2;3 4) wavg (500 400; 300 200) / 350 266.6666666666667
1 2 wavg 1 2 3 / 'length
/ all and any
all 1 2 3=1 2 4 / 0b
all 1 2 3=1 2 3 / 1b
all "YNYN" / 1b
all () / 1b
all 2000.01.01 / 0b
all " \000" / 0b
all (101b;111b) / 101b
all ([]a:1 2;b:0 1) / `a`b!10b
all `a`b / 'type
any 1 2 3=10 20 4 / 0b
any 1 2 3=1 20 30 / 1b
any () / 0b
any (100b;001b) / 101b
any ([]a:0 0;b:0 1) / `a`b!01b
/ count first last
count 1 2 3 / 3
count 5 / 1
count "abc" / 3
count () / 0
count `a`b!1 2 / 2
count ([]a:1 2 3) / 3
count (1 2;3 4;5) / 3
count {x} / 1
first 1 2 3 / 1
first "abc" / "a"
first () / ()
first 0#1 / 0N
first 0#`a / `
first 5 / 5
first (1 2;3) / 1 2
first `a`b!1 2 / 1
first ([]a:1 2;b:3 4) / `a`b!1 3
last 1 2 3 / 3
last () / ()
last 0#1 / 0N
last `a`b!1 2 / 2
last ([]a:1 2;b:3 4) / `a`b!2 4
last 5 / 5
