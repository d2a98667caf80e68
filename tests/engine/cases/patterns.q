/ lists
{(b;c):2 3;(b;c)}0 / 2 3
{a:(b;:1+):1 2;(a;b)}0 / (1 3;1)
{(b;c):2 3 4;b}0 / 'length
{(b;c;3):2 3 4;b}0 / 'match
{(a;b;):1 2}0 / 'length
{(a;b;):1 2 3;(a;b)}0 / 1 2
{(a;b):([]colA:1 2;colB:3 4);b}0 / `colA`colB!2 4
{((a;b);c):(1 2;3);(a;b;c)}0 / 1 2 3
{(a;b):5;(a;b)}0 / 5 5
/ constants and names
{(1):1}0 / 1
{(1):2}0 / 'match
{(1 2):1 3}0 / 'match
{(`a):`a}0 / `a
{(a):1 3;a}0 / 1 3
{a:1 2 3;(a[1]):4;a}0 / 1 4 3
{a:1 2 3;(a[0];b):7 8;(a;b)}0 / (7 2 3;8)
{a:1;@[{(x;0):y}[0];1 2;`no];a}0 / 1
/ dicts and tables
{(1 2!(one;two)):1 2!"ab";(one;two)}0 / "ab"
{(1 2!(one;two)):1 2 3!"abc";two}0 / "b"
{(1 2!(one;two)):1 3!"ac"}0 / 'match
{([four:d]):`one`two`three`four`five!1 2 3 4 5;d}0 / 4
{([one:;four:d]):`one`two`three`four!1 2 3 4;d}0 / 4
{([six:;four:d]):`one`two`three`four!1 2 3 4;d}0 / 'match
{([]cc:e):([]aa:1 2;bb:3 4;cc:5 6);e}0 / 5 6
{([k1:f]cc:e):([k1:7 8]aa:1 2;bb:3 4;cc:5 6);(e;f)}0 / (5 6;7 8)
{(flip([a;b])):([]a:1 2;b:3 4);(a;b)}0 / (1 2;3 4)
{(a!b):1 2!"ab";(a;b)}0 / (1 2;"ab")
{(a!):1 2!3 4;a}0 / 1 2
{([a:x:2*]):`a`b!1 2}0 / `a`b!2 2
/ type checks and filters
{(:`f):3f}0 / 3f
{(:`f):3e}0 / 'type
{((a;b):`F):3 4f;(a;b)}0 / 3 4f
{((a;b):`F):3 4e}0 / 'type
{(a:3+):4;a}0 / 7
{(a:`j;b:`J):(1;2 3);(a;b)}0 / (1;2 3)
{(a:`j;b:`j):(1;2 3);(a;b)}0 / 'type
/ parameters
{[(a;b);c]a+b+c}[1 2;3] / 6
{[x;]x}[3;4] / 3
{[;y]y}[3;4] / 4
{[x:`f]x}3 / 'type
{[x:`f]x}3f / 3f
{[x:2*;y:`j]x+y}[3;4] / 10
{[([a;b])]a-b}`b`a!1 5 / 4
{[x:{$[x<0;'"too cold";x>40;'"too hot";x]}]32+1.8*x}20 / 68f
{[x:{$[x<0;'"too cold";x]}]32+1.8*x}-4.5 / 'too cold
count {[x;]x} . 3 4 / 1
/ conditionals of patterns
{r: :[1f;r:`f;"float";r:`i;"int";"other"];r}0 / "float"
{a: :[1f;r:`f;"float";r:`i;"int";"other"];(a;r)}0 / ("float";1f)
{:[x;r:`f;"float";r:`i;"int";"other"]}1i / "int"
{:[x;r:`f;"float";r:`i;"int";"other"]}1 / "other"
{:[x;(a;b);a+b;(a;b;c);a*b*c;0]}each(1 2;2 3 4;5 6 7 8) / 3 24 0
{:[x;1;`one;2;`two;`many]}each 1 2 3 / `one`two`many
