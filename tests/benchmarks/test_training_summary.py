"""The table of `benchmarks.training` from turns whose answer is known."""

from benchmarks.training import summarise, table


def turn(seconds, accuracy):
    return {"images": 100, "seconds": seconds, "accuracy": accuracy}


TURNS = {
    "fauxtograph": [turn(10.0, 0.5), turn(1.0, 0.89), turn(1.0, 0.91)],
    "airbench": [turn(5.0, 0.5), turn(2.0, 0.7), turn(4.0, 0.88)],
}


def test_speed_leaves_the_compiling_turn_out_and_time_to_accuracy_does_not():
    result = summarise(TURNS, [TURNS])
    assert result["images_per_second"] == {"fauxtograph": 100, "airbench": 37.5}
    assert result["images_per_second_spread"]["airbench"] == [25, 50]
    assert result["ratio_of_ours"] == {"fauxtograph": 1, "airbench": 3}
    assert result["time_to_accuracy_s"] == {
        "0.88": {"fauxtograph": 11.0, "airbench": 11.0},
        "0.90": {"fauxtograph": 12.0, "airbench": None},
    }


def test_speed_is_that_of_the_races_for_who_raced():
    twice = {"fauxtograph": [turn(10.0, 0.5), turn(2.0, 0.89), turn(2.0, 0.91)]}
    result = summarise(TURNS, [twice])
    assert result["images_per_second"] == {"fauxtograph": 50, "airbench": 37.5}
    # Who did not race is compared with ours in the turns that both took.
    assert result["ratio_of_ours"] == {"fauxtograph": 1, "airbench": 3}


def test_time_to_accuracy_has_a_spread_over_runs_and_is_null_where_one_run_fell_short():
    slower = {name: [turn(each["seconds"] + 1, each["accuracy"]) for each in turns] for name, turns in TURNS.items()}
    result = summarise(TURNS, [TURNS, slower])
    assert result["time_to_accuracy_s"]["0.88"]["fauxtograph"] == 12.0
    assert result["time_to_accuracy_s_spread"]["0.88"]["fauxtograph"] == [11.0, 13.0]
    short = {name: turns[:1] * 2 for name, turns in TURNS.items()}
    assert summarise(TURNS, [TURNS, short])["time_to_accuracy_s"]["0.88"]["fauxtograph"] is None
    assert summarise(TURNS, [TURNS])["time_to_accuracy_s_spread"]["0.88"]["fauxtograph"] is None


def test_what_was_not_reached_is_a_dash():
    lines = table(summarise(TURNS, [TURNS]) | {"runs": 1, "machine": {"processor": "a processor"}}).splitlines()
    assert lines[-1] == "| airbench | 38 (25–50) | 3.00 | 11 | – | 0.880 |"


def test_who_was_too_slow_to_race_has_a_speed_and_no_times():
    result = summarise(TURNS, [{"fauxtograph": TURNS["fauxtograph"]}])
    assert result["images_per_second"]["airbench"] == 37.5
    assert result["time_to_accuracy_s"]["0.88"] == {"fauxtograph": 11.0, "airbench": None}
    assert result["accuracy_at_the_end"] == {"fauxtograph": 0.91, "airbench": None}


def test_speeds_alone_leave_times_and_accuracies_out():
    result = summarise(TURNS, [])
    assert result["time_to_accuracy_s"] == {"0.88": dict.fromkeys(TURNS), "0.90": dict.fromkeys(TURNS)}
    assert (
        table(result | {"runs": 0, "machine": {"processor": "a processor"}}).splitlines()[-1].endswith("| – | – | – |")
    )
