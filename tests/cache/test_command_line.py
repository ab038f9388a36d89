"""python -m cache"""

import json
import shutil
import sqlite3

import pytest

from cache import SemanticCache
from cache.__main__ import default_folder, main
from cache.semantic import DATABASE_FILE
from tests.cache.support import keep


@pytest.fixture
def home(exported, tmp_path, monkeypatch):
    """A home whose cache has one entry and the fast model."""
    home = tmp_path / "cli home"
    shutil.copytree(exported, home / "cache")
    monkeypatch.setenv("REPRISE_HOME", str(home))
    return home


@pytest.fixture
def filled(home, onnx):
    """The folder of a cache with one entry."""
    cache = SemanticCache.open(home / "cache", onnx)
    keep(cache, "How long is a marathon?", "42.195 km")
    cache.close()
    return home / "cache"


def told(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_stats(filled, capsys):
    stats = told(capsys, "stats")
    assert (stats["entries"], stats["hits"], stats["hit_rate"]) == (1, 0, None)
    assert main(["stats"]) == 0
    assert "hit_rate       -" in capsys.readouterr().out


def test_lookup_explains_and_does_not_count(filled, capsys):
    found = told(capsys, "lookup", "What is the length of a marathon?", "--threshold", "0.8")
    assert (found["hit"], found["tier"], found["answer"]) == (True, "semantic", "42.195 km")
    assert found["candidates"][0]["verdict"] == "close enough"
    assert told(capsys, "stats")["misses"] == 0
    assert main(["lookup", "How do I bake bread?"]) == 0
    assert "below the threshold" in capsys.readouterr().out


def test_clear(filled, capsys):
    assert told(capsys, "clear", "--expired") == {"removed": 0}
    assert told(capsys, "clear") == {"removed": 1}
    assert told(capsys, "stats")["entries"] == 0


def test_prepare_is_done_once(home, capsys):
    assert told(capsys, "prepare")["made"] is False
    assert told(capsys, "prepare")["file"].endswith("all-MiniLM-L6-v2.onnx")


def test_a_refusal_is_one_sentence_and_a_status(filled, capsys):
    assert main(["lookup", "How long is a marathon?", "--threshold", "1.5"]) == 1
    streams = capsys.readouterr()
    assert "from 0 to 1" in streams.err
    assert streams.out == ""


def test_what_is_exported_can_be_imported_elsewhere(filled, exported, tmp_path, capsys):
    lines = tmp_path / "entries.jsonl"
    assert told(capsys, "export", str(lines)) == {"file": str(lines), "entries": 1}
    elsewhere = shutil.copytree(exported, tmp_path / "elsewhere")
    assert told(capsys, "import", str(lines), "--folder", str(elsewhere)) == {"entries": 1}
    found = told(capsys, "lookup", "How long is a marathon?", "--folder", str(elsewhere))
    assert found["answer"] == "42.195 km"


def test_an_import_is_refused_by_its_lines(filled, tmp_path, capsys):
    lines = tmp_path / "entries.jsonl"
    told(capsys, "export", str(lines))
    lines.write_bytes(lines.read_bytes() + b"{}\n" + b'"\xff"\n')
    assert main(["import", str(lines)]) == 1
    refused = capsys.readouterr().err
    assert "line 2" in refused
    assert "line 3" in refused
    assert told(capsys, "stats")["entries"] == 1


def test_a_file_that_is_not_there_is_named(home, tmp_path, capsys):
    assert main(["import", str(tmp_path / "missing.jsonl")]) == 1
    assert "missing.jsonl" in capsys.readouterr().err


def test_verify_compares_store_and_index(filled, capsys):
    right = {"stored": 1, "missing": [], "extra": [], "astray": [], "agree": True}
    assert told(capsys, "verify") == {**right, "embedded": 1}
    assert told(capsys, "verify", "--vectors", "0") == {**right, "embedded": 0}


@pytest.mark.parametrize("count", ["256", "all"])
def test_verify_finds_a_vector_that_is_not_its_questions(filled, capsys, count):
    database = sqlite3.connect(filled / DATABASE_FILE)
    (data,) = database.execute("SELECT data FROM vectors").fetchone()
    database.execute("UPDATE vectors SET data = ?", [data[:4] + data[8:] + data[4:8]])
    database.commit()
    database.close()
    found = told(capsys, "verify", "--vectors", count)
    assert (found["agree"], found["astray"]) == (False, [1])


@pytest.mark.parametrize("count", ["-1", "some"])
def test_verify_takes_a_count_or_all(home, count):
    with pytest.raises(SystemExit):
        main(["verify", "--vectors", count])


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(
        "question_a,question_b,same_answer,category\n"
        "How long is a marathon?,What is the length of a marathon?,1,paraphrase\n"
        "How many cups are in 2 litres?,How many cups are in 3 litres?,0,number\n"
    )
    return path


def test_evaluate(home, pairs, capsys):
    found = told(
        capsys, "evaluate", "pairs", str(pairs), "--threshold", "0.8", "--verifier", "none"
    )
    assert list(found) == ["n", "hits", "wrong", "by_category", "p50_ms", "p99_ms"]
    assert (found["n"], found["hits"], found["wrong"]) == (2, 1.0, 0.0)
    assert found["by_category"]["number"] == {"n": 1, "wrong": 0.0}
    assert main(["evaluate", "pairs", str(pairs), "--verifier", "none"]) == 0
    assert "paraphrase" in capsys.readouterr().out


def test_evaluate_refuses_a_bad_file_by_its_line(home, pairs, capsys):
    pairs.write_text(pairs.read_text().replace(",1,", ",yes,"))
    assert main(["evaluate", "pairs", str(pairs)]) == 1
    assert f"{pairs}, line 2: same_answer is 'yes'" in capsys.readouterr().err


def test_a_threshold_that_is_neither_a_number_nor_auto_is_refused(home, pairs, capsys):
    with pytest.raises(SystemExit):
        main(["evaluate", "pairs", str(pairs), "--threshold", "high"])
    assert "--threshold" in capsys.readouterr().err


def test_tune(home, pairs, capsys):
    found = told(capsys, "tune", str(pairs), "--verifier", "none")
    assert found["labels"] <= 1
    assert found["upper"] <= 0.02
    assert [each["threshold"] for each in found["curve"]][:3] == [1.0, 0.95, 0.9]
    assert main(["tune", str(home / "cache" / "all-MiniLM-L6-v2.onnx.json")]) == 1
    assert "only pairs" in capsys.readouterr().err


def test_another_folder(home, exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "elsewhere")
    assert told(capsys, "stats", "--folder", str(tmp_path / "elsewhere"))["entries"] == 0


def test_the_folder_without_a_home_is_the_users_own():
    assert default_folder({}).parts[-2:] == ("reprise", "cache")
    assert default_folder({"REPRISE_HOME": "/somewhere"}).as_posix() == "/somewhere/cache"
