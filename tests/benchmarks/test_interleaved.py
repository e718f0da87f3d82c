"""Contenders are measured in turns, and compared within a repetition."""

from benchmarks.interleaved import measure_in_turns, ratio_of_rates


def test_order_alternates_after_a_warm_up():
    order = []
    contenders = {name: lambda name=name: order.append(name) for name in "ABC"}
    measured = measure_in_turns(contenders, 3)
    assert "".join(order) == "ABC" + "ABC" + "CBA" + "ABC"
    assert {len(times.wall_seconds) for times in measured.values()} == {3}


def test_ratio_compares_the_times_of_one_repetition():
    # The machine was ten times slower in the second repetition: the ratio does not mind.
    ratio = ratio_of_rates([2.0, 20.0, 1.0], [4.0, 40.0, 1.5])
    assert ratio == {"median": 2.0, "lowest": 1.5, "highest": 2.0, "best": 1.5}
