from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import LinearIntentClassifier
from bot.components.label_classifier import LabelClassifier

ASPECTS = {"intent": "ask", "key": "aspects", "entity": "aspect", "threshold": 0.5, "exclusive": "overview"}


def examples() -> TrainingData:
    rows: list[tuple[str, str, dict[str, Any]]] = []
    for text in ("lệ phí bao nhiêu", "mất bao nhiêu tiền", "phí thế nào", "có mất tiền không"):
        rows.append((text, "ask", {"aspects": ["fee"]}))
    for text in ("bao lâu có", "mấy ngày xong", "khi nào lấy được", "hẹn mấy hôm"):
        rows.append((text, "ask", {"aspects": ["deadline"]}))
    for text in ("lệ phí bao nhiêu, bao lâu có", "mất bao nhiêu tiền và mấy ngày xong"):
        rows.append((text, "ask", {"aspects": ["fee", "deadline"]}))
    for text in ("giấy khai sinh", "đổi bằng lái", "tôi muốn làm căn cước", "con tôi mới sinh"):
        rows.append((text, "ask", {"aspects": ["overview"]}))
    for text in ("xin chào", "chào em", "chào buổi sáng", "alo em ơi"):
        rows.append((text, "greet", {}))
    for text in ("cứu tôi với", "nhà đang cháy", "nó đánh tôi chảy máu", "có người đuối nước"):
        rows.append((text, "crisis", {}))
    return TrainingData(
        [Message.build(text, intent, intent_metadata=metadata) for text, intent, metadata in rows for _ in range(3)]
    )


@pytest.fixture
def storage(tmp_path: Any) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


CONTEXT = ExecutionContext(GraphSchema({}))


def test_intents_are_learnt_kept_and_found(storage: LocalModelStorage) -> None:
    resource = Resource("intents")
    LinearIntentClassifier.create({}, storage, resource, CONTEXT).train(examples())
    loaded = LinearIntentClassifier.load({}, storage, resource, CONTEXT)
    (message,) = loaded.process([Message.build("chao em nhe")])
    assert message.get("intent")["name"] == "greet"
    assert sum(intent["confidence"] for intent in message.get("intent_ranking")) == pytest.approx(1)


def test_a_cautious_intent_is_taken_early(storage: LocalModelStorage) -> None:
    resource = Resource("intents")
    LinearIntentClassifier.create({}, storage, resource, CONTEXT).train(examples())
    cautious = LinearIntentClassifier.load({"cautious": {"crisis": 0.0}}, storage, resource, CONTEXT)
    (message,) = cautious.process([Message.build("chào em")])
    assert message.get("intent")["name"] == "crisis"


def test_several_aspects_are_found_in_one_message(storage: LocalModelStorage) -> None:
    resource = Resource("aspects")
    LabelClassifier.create(ASPECTS, storage, resource, CONTEXT).train(examples())
    loaded = LabelClassifier.load(ASPECTS, storage, resource, CONTEXT)
    both, one, none = loaded.process(
        [Message.build("le phi bao nhieu, bao lau co"), Message.build("bao lâu có"), Message.build("giấy khai sinh")]
    )
    assert {entity["value"] for entity in both.get("entities")} == {"fee", "deadline"}
    assert [entity["value"] for entity in one.get("entities")] == ["deadline"]
    assert [entity["value"] for entity in none.get("entities")] == ["overview"]


def test_a_short_question_after_a_long_story_is_heard(storage: LocalModelStorage) -> None:
    resource = Resource("aspects")
    LabelClassifier.create(ASPECTS, storage, resource, CONTEXT).train(examples())
    loaded = LabelClassifier.load(ASPECTS, storage, resource, CONTEXT)
    story = "Con tôi mới sinh hôm kia ở bệnh viện tỉnh, nhà tôi ở xa mà ông bà thì già yếu cả rồi, bao lâu có?"
    (message,) = loaded.process([Message.build(story)])
    assert "deadline" in {entity["value"] for entity in message.get("entities")}


def test_an_intent_that_names_no_aspect_teaches_the_exclusive_label(storage: LocalModelStorage) -> None:
    config = {**ASPECTS, "exclusive_intents": ["greet"]}
    classifier = LabelClassifier.create(config, storage, Resource("aspects"), CONTEXT)
    labels = [
        classifier.labels_of(example) for example in examples().intent_examples if example.get("intent") == "greet"
    ]
    assert labels
    assert all(label == ["overview"] for label in labels)


def test_without_examples_nothing_is_found(storage: LocalModelStorage) -> None:
    resource = Resource("nothing")
    LabelClassifier.create(ASPECTS, storage, resource, CONTEXT).train(TrainingData([]))
    loaded = LabelClassifier.load(ASPECTS, storage, resource, CONTEXT)
    (message,) = loaded.process([Message.build("lệ phí")])
    assert not message.get("entities")
