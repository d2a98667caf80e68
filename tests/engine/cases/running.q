d:`a`b!(10 21 3;4 5 6)
t:([]a:10 21 3;b:4 5 6)
k:([k:`abc`def`ghi]a:10 21 3;b:4 5 6)
sums 1 2 3 / 1 3 6
sums 1 0N 3 / 1 1 4
sums 5 / 5
sums 101b / 1 1 2i
sums 0#1 / 0#1
sums () / ()
sums (1 2;3 4;5 6) / (1 2;4 6;9 12)
sums 1.5 2 / 1.5 3.5
sums "abc" / 'type
sums `a / 'type
sums d / `a`b!(10 21 3;14 26 9)
sums t / ([]a:10 31 34;b:4 9 15)
sums k / ([k:`abc`def`ghi]a:10 31 34;b:4 9 15)
prds 7 / 7
prds 2 3 5 7 / 2 6 30 210
prds 2 3 0N 7 / 2 6 6 42
prds (1 2 3;2 3 5) / (1 2 3;2 6 15)
prds "abc" / 'type
maxs 2 5 7 1 3 / 2 5 7 7 7
mins 2 5 7 1 3 / 2 2 2 1 1
mins "genie" / "geeee"
maxs "genie" / "ggnnn"
mins 0N 5 0N 1 3 / 0W 5 5 1 1
maxs 0N 5 0N 1 / -0W 5 5 5
mins 5 / 5
mins t / ([]a:10 10 3;b:4 4 4)
avgs 1 2 3 / 1 1.5 2
avgs 1 2 3 0n 4 -0w 0w / 1 1.5 2 2 2.5 -0w 0n
avgs t / ([]a:10 15.5 11.333333333333334;b:4 4.5 5)
deltas 1 4 9 16 / 1 3 5 7
deltas 0#1 / 0#1
deltas 1.5 2 4 / 1.5 .5 2
deltas 09:00 09:05 / 09:00 00:05
deltas 2000.01.01D00 2000.01.02D00 / (2000.01.01D00;1D)
deltas t / ([]a:10 11 -18;b:4 1 1)
ratios 2000 2005 / 2000 1.0025
ratios 2 4 6f / 2 2 1.5
ratios d / `a`b!(10 21 3f;.4 .23809523809523808 2)
differ 1 3 3 4 / 1101b
differ `a`a`b / 101b
differ "aab" / 101b
differ (7;`a;`a;09:34) / 1101b
differ () / 0#0b
prev 2 3 5 / 0N 2 3
next 2 3 5 / 3 5 0N
prev "abc" / " ab"
next `a`b / `b`
prev (1 2;"abc";`ibm) / (0#0;1 2;"abc")
next (1 2;"abc";`ibm) / ("abc";`ibm;0#0)
prev 101b / 010b
prev t / ([]a:0N 10 21;b:0N 4 5)
prev () / ()
2 xprev 2 7 5 3 11 / 0N 0N 2 7 5
-2 xprev 2 7 5 3 11 / 5 3 11 0N 0N
1 xprev "abcde" / " abcd"
9 xprev 1 2 / 0N 0N
fills 1 0N 0N 3 0N / 1 1 1 3 3
fills 0N 1 0N / 0N 1 1
fills "a  b" / "aaab"
fills `a``b / `a`a`b
fills ([]a:1 0N) / ([]a:1 1)
fills (1;0N;2) / 1 1 2
fills 5 / 5
/ windows
3 msum 1 2 3 5 7 11 / 1 3 6 10 15 23
2 msum 1 0N 3 / 1 1 3
0 msum 1 2 / 0 0
9 msum 1 2 3 / 1 3 6
2 msum 101b / 1 1 1i
2 msum 1.5 2 0w 1 / 1.5 3.5 0w 0w
2 mavg 1 2 3 5 7 10 / 1 1.5 2.5 4 6 8.5
5 mavg 1 2 3 5 7 10 / 1 1.5 2 2.75 3.6 5.4
5 mavg 0N 2 0N 5 7 0N / 0n 2 2 3.5 4.666666666666667 4.666666666666667
0 mavg 2 3 / 0n 0n
2 mavg k / ([k:`abc`def`ghi]a:10 15.5 12;b:4 4.5 5.5)
3 mcount 1 0N 3 4 / 1 1 2 2i
2 mcount `a``b / 1 1 1i
3 mmax 2 7 3 1 1 1 / 2 7 7 7 3 1
3 mmin 0N -3 -2 1 -0W 0 / 0N 0N 0N -3 -0W -0W
3 mmin 0N -3 -2 1 0N -0W / 0N 0N 0N -3 0N 0N
2 mmin 3 1 2 / 3 1 1
4 mmax 1 5 2 / 1 5 5
2 mmin t / ([]a:10 10 3;b:4 4 5)
2 mmax "abca" / "abcc"
2 mdev 1 2 3 5 7 10 / 0 .5 .5 1 1 1.5
5 mdev 0N 2 0N 5 7 0N / 0n 0 0 1.5 2.0548046676563256 2.0548046676563256
2 mdev t / ([]a:0 5.5 9;b:0 .5 .5)
.5 ema 1 2 3f / 1 1.5 2.25
1 ema 1 2 3 / 1 2 3f
0 ema 1 2 3 / 1 1 1f
2 msum `a`b / 'type
3 mmax 0N -3 -2 0N 1 0 / -0W -3 -2 -2 1 1
2 mmax 0N 0N 4 / -0W -0W 4
2 msum 2000.01.02 2000.01.03 0Nd / 1 3 2i
2 msum 2000.01.01D00:00:01 2000.01.01D00:00:02 / 0D00:00:01 0D00:00:03
2 msum 2000.02 2000.03m / 1 3i
2 msum 00:01 00:02 / 00:01 00:03
/ nulls and types of differences and scans, by words and by iterators
deltas 0N 1h / 0N 0Ni
type deltas enlist 1h / 6h
(-':)1 3i / 1 2i
(+\)101b / 1 1 2i
(+\)1 0N 3h / 1 1 4i
(+/)101b / 2i
