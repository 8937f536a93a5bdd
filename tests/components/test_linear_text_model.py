from __future__ import annotations

from pathlib import Path

import pytest

from bot.components.linear_text_model import LinearTextModel

TEXTS = {
    "fee": ["lệ phí bao nhiêu", "hết bao nhiêu tiền", "có mất tiền không", "phí thế nào", "tốn mấy đồng"],
    "deadline": ["mấy ngày có", "bao lâu thì xong", "khi nào lấy được", "mất bao nhiêu ngày", "hẹn mấy hôm"],
    "agency": ["nộp ở đâu", "ra chỗ nào làm", "xã hay tỉnh giải quyết", "đến cơ quan nào", "làm ở đâu vậy"],
}


@pytest.fixture(scope="module")
def model() -> LinearTextModel:
    pairs = [(text, [label]) for label, texts in TEXTS.items() for text in texts * 3]
    return LinearTextModel.learn([text for text, _ in pairs], [labels for _, labels in pairs])


@pytest.mark.parametrize(
    ("text", "label"), [("le phi bao nhieu vay", "fee"), ("MẤY NGÀY CÓ Ạ?", "deadline"), ("nộp ở đâu hả em", "agency")]
)
def test_labels_are_found_with_and_without_marks(model: LinearTextModel, text: str, label: str) -> None:
    assert model.shares(text)[0][0] == label


def test_shares_are_sorted_probabilities(model: LinearTextModel) -> None:
    shares = [share for _, share in model.shares("phí")]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)


def test_a_text_of_nothing_known_is_no_error(model: LinearTextModel) -> None:
    assert len(model.shares("😀")) == 3
    assert len(model.shares("")) == 3


def test_a_model_written_and_read_says_the_same(model: LinearTextModel, tmp_path: Path) -> None:
    model.write(tmp_path)
    again = LinearTextModel.read(tmp_path)
    said, meant = again.shares("bao lâu thì có"), model.shares("bao lâu thì có")
    assert [label for label, _ in said] == [label for label, _ in meant]
    assert [share for _, share in said] == pytest.approx([share for _, share in meant], rel=1e-3)
