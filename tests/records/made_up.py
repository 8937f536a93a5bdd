"""Records as the portal gives them, all of them made up: there is no such procedure, form or law."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from bot.procedures.model import Procedure
from bot.records.interpret import interpret
from bot.records.keeping import READERS

CODE = "9.000001"
DAY = date(2026, 11, 20)
PROVINCE = "Hưng Yên"
PROVINCES = ("Hưng Yên", "Cà Mau", "Lào Cai")


def formality_id(code: str) -> str:
    return f"id-{code}"


def entry(code: str = CODE, **changes: Any) -> dict[str, Any]:
    """An entry of the list; a change to None leaves a key out."""
    return _changed(
        {
            "id": formality_id(code),
            "code": code,
            "name": f"Thủ tục cấp thẻ nuôi vịt số {code}",
            "type": "STANDARD",
            "categories": ["Chăn vịt"],
            "formalityTargetType": ["Người nuôi vịt"],
            "departmentPromulgate": "Bộ Ao hồ",
            "departments": ["Phòng Vịt xã"],
        },
        changes,
    )


def details(code: str = CODE, **changes: Any) -> dict[str, Any]:
    """The data of an API reply, in which everything is clear; a change to None leaves a key out."""
    return _changed(
        {
            "id": formality_id(code),
            "code": code,
            "name": f"Thủ tục cấp thẻ nuôi vịt số {code}",
            "type": "STANDARD",
            "categoriesDetails": [{"name": "Chăn vịt"}],
            "isWard": True,
            "subjectTypesDetails": [{"name": "Người nuôi vịt"}],
            "departmentPromulgateName": "Bộ Ao hồ",
            "decisionNo": "7/QĐ-BAH",
            # Midnight of 2026-03-05 in Vietnam, which is still the day before in UTC.
            "procedureProposal": {"decisionDate": 1772643600000, "proposalNumber": "7/QĐ-BAH"},
            "departmentsExecuting": [{"name": "Ủy ban nhân dân cấp xã"}],
            "unitGroupsExecuting": [{"name": "Ủy ban nhân dân cấp xã"}],
            "executionCases": [
                {
                    "name": "Thành phần hồ sơ",
                    "profileComponents": [
                        {
                            "name": "Đơn xin thẻ theo mẫu",
                            "originalQty": 1,
                            "copyQty": 0,
                            "attachments": [{"fileName": "don.docx"}],
                        },
                        {"name": "Sổ vịt có xác nhận của Trưởng thôn", "originalQty": 0, "copyQty": 2},
                    ],
                }
            ],
            "executionMethods": [
                method("DIRECT", fees=[fee(20000)]),
                method("ONLINE", fees=[fee(10000)]),
            ],
            "cases": [{"processingDay": {"qty": 3, "type": "WORKING_DAY"}}],
            "executionSteps": [
                {"name": "Mặc định", "description": "Bước 1: Nộp đơn tại quầy.\nBước 2: Nhận thẻ."},
            ],
            "legalBasisesDetails": [{"code": "12/2025/NĐ-CP", "name": "Nghị định về vịt"}],
            "resultsDetails": [{"name": "Thẻ nuôi vịt"}],
            "requirementsAndConditions": "- Có ao\n- Có vịt",
        },
        changes,
    )


def reply(code: str = CODE, **changes: Any) -> dict[str, Any]:
    """A whole API reply."""
    return {"code": 201, "message": "OK", "data": details(code, **changes)}


def method(kind: str = "DIRECT", **changes: Any) -> dict[str, Any]:
    return _changed(
        {
            "submissionMethod": kind,
            "processingTime": 3,
            "processingTimeUnit": "WORKING_DAY",
            "description": "",
            "fees": [],
        },
        changes,
    )


def fee(value: Any, text: str = "", sort: str = "FEE", currency: str = "Việt Nam Đồng") -> dict[str, Any]:
    return {"type": sort, "value": value, "currencyName": currency, "description": text}


def page(code: str = CODE, **changes: Any) -> dict[str, Any]:
    """A crawled page, whose cells are glued together, in which everything is clear."""
    return _changed(
        {
            "ma_thu_tuc": code,
            "ten_thu_tuc": f"Thủ tục cấp thẻ nuôi vịt số {code}",
            "detail_url": f"https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{formality_id(code)}",
            "linh_vuc": "Chăn vịt",
            "cap_thuc_hien": "Cấp xã, Cấp tỉnh",
            "doi_tuong_thuc_hien": "Người nuôi vịt, Hội (không kể hội gà, hội ngan)",
            "so_quyet_dinh": "7/QĐ-BAH",
            "co_quan_thuc_hien": "Ủy ban nhân dân cấp xã",
            "co_quan_co_tham_quyen": "Không có thông tin",
            "co_quan_duoc_uy_quyen": "Không có thông tin",
            "co_quan_phoi_hop": "Không có thông tin",
            "dia_chi_tiep_nhan": "Quầy số 4",
            "thanh_phan_ho_so": "Không có thông tinTên giấy tờMẫu đơn, tờ khaiSố lượng"
            "Đơn xin thẻ theo mẫuMẫu đơn.docx1 bản chínhSổ vịt có xác nhận của Trưởng thôn0 bản chính,2 bản sao",
            "cach_thuc_thuc_hien": "Hình thức nộpThời gianPhí, lệ phíMô tả"
            "Trực tiếp3 Ngày làm việc20,000 Việt Nam Đồng()Nộp tại quầy."
            "Trực tuyến3 Ngày làm việc10,000 Việt Nam Đồng()",
            "trinh_tu_thuc_hien": "Bước 1: Nộp đơn tại quầy.\nBước 2: Nhận thẻ.",
            "can_cu_phap_ly": "Tên văn bản pháp lýMã văn bảnNghị định về vịt12/2025/NĐ-CP",
            "ket_qua_xu_ly": "Thẻ nuôi vịtMã: KQ.0001",
            "yeu_cau_dieu_kien": "- Có ao\n- Có vịt",
        },
        changes,
    )


def described(raw: dict[str, Any], source: str = "api") -> Procedure:
    """What a raw record becomes."""
    return interpret(READERS[source](raw), DAY, "national", PROVINCES)


def _changed(content: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = {**deepcopy(content), **changes}
    return {key: value for key, value in merged.items() if value is not None}
