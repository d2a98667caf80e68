d:`a`b!1 5
/ equal
1=1 / 1b
1=1h / 1b
1=1f / 1b
1 2 3=1 0 3 / 101b
"hello"="world" / 00010b
"a"=97 / 1b
`a=`a`b / 10b
`a`b=`a`c / 10b
(1;`a)=(1;`a) / 11b
(1 2;3)=(1 3;3) / (10b;1b)
1=`a / 'type
`a="a" / 'type
1 2=1 2 3 / 'length
0N=0N / 1b
0n=0n / 1b
0N=0n / 1b
0Nh=0N / 1b
0Nd=0Np / 1b
(1+1e-13)=1 / 1b
(1+1e-12)=1 / 0b
0=1e-300 / 0b
0w=0w / 1b
0w=-0w / 0b
0W=0w / 0b
0Ng=0Ng / 1b
d=1 / `a`b!10b
1=d / `a`b!10b
([]a:1 2)=1 / ([]a:10b)
2000.01.01=2000.01.01D00 / 1b
2000.01.01D12:34:56=12:34 / 1b
12:34:56=12:34 / 0b
12:34:00=12:34 / 1b
0D12:34:56=12:34 / 0b
2000.01.01=2000.01m / 1b
2000.01.02=2000.01m / 0b
1<>2 / 1b
1 2 3<>1 0 3 / 010b
0N<>0N / 0b
`a<>`b / 1b
101b<>011b / 110b
/ order
1<2 / 1b
2<1 / 0b
1<1 / 0b
1 2 3<2 / 100b
2>1 2 3 / 100b
5h>4h / 1b
0x05<4 / 0b
0>(1i;-2;0h;1b;0N;-0W) / 010011b
5>=`a`b!4 6 / `a`b!10b
1<=1 / 1b
2<=1 / 0b
2>=1 / 1b
0N<-0W / 1b
0n< -0w / 1b
0N<0 / 1b
0n<0n / 0b
0n<=0n / 1b
0n>1 / 0b
1>0n / 1b
0n>=0n / 1b
1<1+1e-14 / 0b
1<=1-1e-14 / 1b
`a<`b / 1b
`abc<`abd / 1b
`<`a / 1b
`B<`a / 1b
`a`c>`b / 01b
`alpha>`omega / 0b
"alpha">"omega" / 00110b
"0"<("4";"f";"F";4) / 1110b
2000.01.01<2000.01.02 / 1b
2000.01.01D12<2000.01.02 / 1b
12:00<12:00:01 / 1b
00:00<0D00:00:01 / 1b
0Ng<0Ng / 0b
0b<1b / 1b
1<`a / 'type
2000.01.01<12:00 / 'type
/ lesser and greater
2&3 / 2
2|3 / 3
1010b&1100b / 1000b
1010b and 1100b / 1000b
1010b|1100b / 1110b
1010b or 1100b / 1110b
"sat"&"cow" / "cat"
"sat"|"cow" / "sow"
98&"c" / "b"
98|"a" / "b"
0N&1 / 0N
0N|1 / 1
0n&1 / 0n
0n|1 / 1f
1&2.5 / 1f
1|2.5 / 2.5
1b&2 / 1
type 1b&1b / -1h
type 1b&0x01 / -4h
type 1h&1i / -6h
(10;20 30)&(2;3 4) / (2;3 4)
2000.01.01&2000.01.02 / 2000.01.01
`a&`b / 'type
(`a`b!1 5)&3 / `a`b!1 3
(`a`b!1 5)|`b`c!7 2 / `a`b`c!1 7 2
0 1 2&2 1 0 / 0 1 0
/ match
1~1 / 1b
1~1h / 0b
1~1f / 0b
1 2~1 2 / 1b
(1;2)~1 2 / 1b
1~enlist 1 / 0b
"a"~enlist"a" / 0b
()~() / 1b
()~0#1 / 0b
`a`b~`a`b / 1b
(`a;1)~(`a;1) / 1b
1f~1+1e-14 / 1b
(`a`b!1 2)~`a`b!1 2 / 1b
(`a`b!1 2)~`b`a!2 1 / 0b
(`s#1 2)~1 2 / 1b
0n~0n / 1b
0N~0Ni / 0b
({x})~{x} / 1b
({x})~{ x} / 0b
(+)~(+) / 1b
/ not
not 0 / 1b
not 1 0 2 / 010b
not 0n / 0b
not 0N / 0b
not 1b / 0b
not " a" / 00b
not "\000a" / 10b
not 2000.01.01 / 1b
not `a`b!0 1 / `a`b!10b
not (0;1 0) / (1b;01b)
not `a / 'type
/ membership and ranges
1 in 1 2 3 / 1b
4 in 1 2 3 / 0b
1 4 in 1 2 3 / 10b
`a in `b`c / 0b
`a`b in `b`c / 01b
"a" in "cat" / 1b
"cat" in "at" / 011b
1 in 1 / 1b
(1 2;3 4)in 1 3 / (10b;10b)
1 2 in (1 2;3 4) / 1b
(1 2;5 6)in(1 2;3 4) / 10b
"ab" in ("ab";"cd") / 1b
("ab";"xy") in ("ab";"cd") / 10b
(1;`a) in (1;`a;"c") / 11b
1 in 1 2f / 'type
`a in 1 2 / 'type
() in 1 2 / ()
1 in () / 0b
(`a`b!1 2) in 2 3 / `a`b!01b
2 within 1 3 / 1b
1 3 within 1 3 / 11b
0 4 within 1 3 / 00b
1 2 3 within 2 2 / 010b
"c" within "az" / 1b
2000.01.05 within 2000.01.01 2000.01.10 / 1b
5 1 within (1 2;6 7) / 10b
0N within 0N 1 / 1b
`b within `a`c / 1b
1 within 1 2 3 / 'length
/ dicts meet by key: what one lacks is compared as a null
(`a`b!1 2)=`b`c!2 3 / `a`b`c!010b
(`a`b!1 2)<`b`c!2 3 / `a`b`c!001b
(`a`b!1 2)<>`b`c!2 3 / `a`b`c!101b
(`a`b!1 0N)=`b`c!2 0N / `a`b`c!001b
(`a`b!`x`y)=`b`c!`y`z / `a`b`c!010b
(`a`b!(1 2;3 4))=`b`c!(3 5;6 7) / `a`b`c!(00b;10b;00b)
([c:`a`b]t:"jj")=([c:`b`c]t:"jf") / ([c:`a`b`c]t:010b)
(`a`b!1 2)>=`b`c!2 3 / `a`b`c!110b
