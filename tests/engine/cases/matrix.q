(1 2f;3 4f) mmu (5 6f;7 8f) / (19 22f;43 50f)
(1 2f;3 4f) mmu 5 6f / 17 39f
1 2 3f mmu 4 5 6f / 32f
1 2 3f$4 5 6f / 32f
(1 2 3f;4 5 6f)$(7 8f;9 10f;11 12f) / (58 64f;139 154f)
1 2 mmu 3 4 / 'type
1 2f mmu 1 2 3f / 'length
inv (2 0f;0 4f) / (.5 0;0 .25)
inv (1 2f;3 4f) / (-2 1f;1.5 -.5)
inv (1 2 3f;4 5 6f) / 'length
(1 2f;3 4f) mmu inv (1 2f;3 4f) / (1 0f;8.881784197001252e-16 .9999999999999996)
(enlist 2 4 6f) lsq enlist 1 2 3f / enlist enlist 2f
/ the product of vectors is a float, of a matrix and a vector a vector (page ref/mmu.md)
1 2 3f mmu 4 5 6f / 32f
(1 2f;3 4f)mmu 5 6f / 17 39f
5 6f mmu(1 2f;3 4f) / 23 34f
(1 2f;3 4f)$(1 0f;0 1f) / (1 2f;3 4f)
1 2f$3 4f / 11f
1 2f mmu 3 4 5f / 'length
(1 2;3 4)mmu(1 2;3 4) / 'type
/ inverses (pages ref/inv.md, ref/lsq.md)
inv(2 0f;0 4f) / (.5 0;0 .25)
inv(1 2f;2 4f) / (0n 0n;0n 0n)
inv(1 2;3 4) / 'type
(enlist 2 4f)lsq(1 0f;0 1f) / enlist 2 4f
(3 4f;5 6f)lsq(1 0f;0 1f) / (3 4f;5 6f)
