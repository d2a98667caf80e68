"""Values taken apart and put together without recursion."""

import copy
import pickle

import anyq


def test_copies_need_no_stack_and_keep_what_is_shared() -> None:
    value: anyq.Value = anyq.List.of((anyq.vector("j", [1, 2]), anyq.Lambda("", "{x}")))
    for _ in range(20_000):
        value = anyq.List.of((value, value))
    made: anyq.Value
    for made in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        depth = 0
        while isinstance(made, anyq.List) and isinstance(made[0], anyq.List):
            assert made[0] is made[1]
            made, depth = made[0], depth + 1
        assert isinstance(made, anyq.List)
        assert depth == 20_000
        assert isinstance(made[0], anyq.Vector)
        assert not made[0].data.flags.writeable
        assert made == anyq.List([anyq.vector("j", [1, 2]), anyq.Lambda("", "{x}")])
