/ type numbers
type 1b / -1h
type 0Ng / -2h
type 0x00 / -4h
type 1h / -5h
type 1i / -6h
type 1 / -7h
type 1e / -8h
type 1f / -9h
type "a" / -10h
type `a / -11h
type 2000.01.01D00 / -12h
type 2000.01m / -13h
type 2000.01.01 / -14h
type 2000.01.01T00:00 / -15h
type 0D00 / -16h
type 00:00 / -17h
type 00:00:00 / -18h
type 00:00:00.000 / -19h
type 1 2 / 7h
type "ab" / 10h
type "" / 10h
type `a`b / 11h
type () / 0h
type (1;`a) / 0h
type `a!1 / -20h
type `a`b!1 2 / 99h
type ([]a:1 2) / 98h
type ([a:1 2]b:3 4) / 99h
type {x} / 100h
type (+) / 102h
type (neg) / 101h
type (+)[1] / 104h
type (+/) / 107h
type ('[neg;+]) / 105h
/ null
null 0N 1 / 10b
null 0n 1 / 10b
null ``a / 10b
null " a" / 10b
null 0Nd / 1b
null 0Np / 1b
null 0Ng / 1b
null 0b / 0b
null 0x00 / 0b
null 0W / 0b
null (0N;1 0N) / (1b;01b)
null `a`b!1 0N / `a`b!01b
null ([]a:1 0N) / ([]a:01b)
null () / ()
null (::) / 1b
/ fill
0^1 0N 3 / 1 0 3
0^0N / 0
1 2 3^0N 5 0N / 1 5 3
0f^1 0N / 1 0f
0^1.5 0n / 1.5 0f
`x^`a``b / `a`x`b
"x"^"a b" / "axb"
0Wd^0Nd / 0Wd
0D00:00:01^0Nt 00:00:02.000 / 0D00:00:01.000000000 0D00:00:02.000000000
2000.01.01D01^2000.01.02 0Nd / 2000.01.02D00:00:00.000000000 2000.01.01D01:00:00.000000000
00:01:00^0Nu 00:02 / 00:01:00 00:02:00
`a^0N / 'type
2000.01.01^0Nd / 2000.01.01
0^(1;0N;2 0N) / (1;0;2 0)
0^`a`b!1 0N / `a`b!1 0
(`a`b!1 2)^`b`c!0N 3 / `a`b`c!1 2 3
0^([]a:1 0N) / ([]a:1 0)
1 2^1 2 3 / 'length
`a^1 / 'type
/ attributes
attr 1 2 3 / `
attr asc 3 1 2 / `s
attr `s#1 2 3 / `s
attr `u#1 2 3 / `u
attr `p#1 1 2 / `p
attr `g#1 2 1 / `g
attr `#`s#1 2 3 / `
`s#3 2 1 / 's-fail
`u#1 1 2 / 'u-fail
`p#1 2 1 / 'u-fail
`s#1 1 2 / 1 1 2
`s#`a`b`c / `a`b`c
`s#"abc" / "abc"
attr `s#`a`b`c / `s
attr 1,`s#2 3 / `
attr (`s#1 2 3)0 1 / `
attr `s#`a`b!1 2 / `s
attr {x} / `
/ keys and values of data
key `a`b!1 2 / `a`b
value `a`b!1 2 / 1 2
key ([k:1 2]v:3 4) / ([]k:1 2)
value ([k:1 2]v:3 4) / ([]v:3 4)
key 1 2 / `long
key "ab" / `char
key 0#`a / `symbol

/ what glyphs and keywords stand for (page basics/datatypes.md)
type each (<>;<=;>=;differ;prev;deltas;,';/:) / 105 105 105 105 109 109 106 103h
(<>)[1 2 3;1 5 3] / 010b
prev each (1 2 3;4 5) / (0N 1 2;0N 4)
