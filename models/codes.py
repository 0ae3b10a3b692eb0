"""Pure checks of credit codes, phones and certificate numbers.

Source: GB 32100-2015 (unified social credit code) for alphabet, weights and
check digit. A likely slip (O for 0, I for 1) is mended only where the check
digit then holds, and always flagged.
"""

from __future__ import annotations

import re
import unicodedata
from operator import mul

from models.forms import Context, Flag, Reading
from models.values import EMPTY, NOTHING_WORDS, folded, lost_precision, plain

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CODE_LENGTH = 18

_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_SLIPS = str.maketrans("OIZSV", "0125U")
_SAFE_SLIPS = str.maketrans("OI", "01")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}(?:(?:转|-|#|ext)\d{1,5})?|400\d{7}")
_CERTIFICATE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff（）()\-]{6,20}")
_REMARK_BEHIND = re.compile(r"([\d\-–—.·_]{11,15})[(（]?([\u4e00-\u9fff]{1,8})[)）]?")
_SEVERAL = re.compile(r"[、,;/\n|]|或|和")


def check_digit(code: str) -> str | None:
    """Return the last character that the first seventeen demand.

    None if one of them is not in the alphabet of the standard.
    """
    try:
        total = sum(map(mul, map(_VALUES.__getitem__, code[: CODE_LENGTH - 1]), WEIGHTS))
    except KeyError:
        return None
    if len(code) < CODE_LENGTH - 1:
        return None
    # Σ mod 31 = 0 demands "0", not a thirty-second character.
    return ALPHABET[(31 - total % 31) % 31]


def is_credit_code(code: str) -> bool:
    """Tell whether the code has eighteen right characters and the right check digit."""
    return len(code) == CODE_LENGTH and check_digit(code) == code[-1]


def suggest_code(code: str) -> str | None:
    """Return the valid code that a slip of the pen may have meant, or None."""
    for slips in (_SAFE_SLIPS, _SLIPS):
        mended = code.translate(slips)
        if mended != code and is_credit_code(mended):
            return mended
    return None


def parse_code(raw: object, context: Context) -> Reading:
    """Read a unified social credit code."""
    if raw is None:
        return EMPTY
    if isinstance(raw, str) and raw.isascii() and is_credit_code(raw):
        return Reading(raw)
    if lost_precision(raw):
        return _precision(raw)
    code = folded(raw).upper().replace("-", "").lstrip("'")
    if not code or code in NOTHING_WORDS:
        return EMPTY
    if is_credit_code(code):
        return Reading(code)
    if len(code) != CODE_LENGTH:
        kind = "，像是旧的注册号" if len(code) == 15 and code.isdigit() else ""
        return Reading(code, (Flag("code_length", f"信用代码应为 18 位，这里是 {len(code)} 位{kind}，请核对"),))
    mended = suggest_code(code)
    if mended is not None and code.translate(_SAFE_SLIPS) == mended:
        return Reading(mended, (Flag("code_char_fixed", f"“{code}”里的字母 O、I 按数字读作 {mended}，请核对"),))
    hint = f"，是不是 {mended}" if mended else ""
    return Reading(code, (Flag("code_checksum", f"信用代码“{code}”校验不对{hint}，请对照营业执照"),))


_NO_SIGNS = str.maketrans("", "", "-._ ")


def parse_phone(raw: object, context: Context) -> Reading:
    """Read a phone number as text; anything but a mobile number is flagged."""
    if raw is None:
        return EMPTY
    if isinstance(raw, str) and raw.isascii():
        if _MOBILE.fullmatch(raw):
            return Reading(raw)
        bare = raw.translate(_NO_SIGNS).removeprefix("+86")  # with dashes or blanks: most that are not plain digits
        if _MOBILE.fullmatch(bare):
            return Reading(bare)
    if lost_precision(raw):
        return _precision(raw)
    shown = plain(raw)
    text = re.sub(r"[\s\u00a0]+", "", unicodedata.normalize("NFKC", shown)).lstrip("'")
    if not text or text in NOTHING_WORDS:
        return EMPTY
    digits = re.sub(r"^(?:\+?86|0086)(?=1[3-9])", "", re.sub(r"[-–—.()·_]", "", text))
    digits = re.sub(r"^(?:手机|电话|tel|TEL)[::]?", "", digits)
    if _MOBILE.fullmatch(digits):
        return Reading(digits)
    behind = _REMARK_BEHIND.fullmatch(text)
    if behind and _MOBILE.fullmatch(re.sub(r"[-–—.·_]", "", behind[1])):
        number = re.sub(r"[-–—.·_]", "", behind[1])
        return Reading(number, (Flag("suffix_removed", f"“{shown}”只取号码，后面的“{behind[2]}”已去掉"),))
    parts = [part for part in _SEVERAL.split(unicodedata.normalize("NFKC", shown)) if re.search(r"\d{7}", part)]
    if len(parts) > 1 or re.fullmatch(r"(?:1[3-9]\d{9}){2,}", digits):
        return Reading(shown, (Flag("multiple_values", f"“{shown}”里有几个号码，请只留一个"),))
    if _LANDLINE.fullmatch(digits):
        return Reading(text, (Flag("phone_not_mobile", f"“{text}”是座机，请填手机号码"),))
    why = f"有 {len(digits)} 位" if digits.isdigit() else "含有不是数字的字符"
    return Reading(text, (Flag("phone_invalid", f"“{shown}”{why}，手机号码应为 11 位数字"),))


def parse_certificate(raw: object, context: Context) -> Reading:
    """Read an officer's certificate number as text."""
    if raw is None:
        return EMPTY
    if isinstance(raw, str) and raw.isalnum() and raw.isascii() and _CERTIFICATE.fullmatch(raw) and not raw.isalpha():
        return Reading(raw)
    if lost_precision(raw):
        return _precision(raw)
    text = folded(raw).lstrip("'")
    if not text or text in NOTHING_WORDS:
        return EMPTY
    if _CERTIFICATE.fullmatch(text) and re.search(r"\d", text):
        return Reading(text)
    return Reading(text, (Flag("cert_invalid", f"“{plain(raw)}”不像执法证号，请核对"),))


def _precision(raw: object) -> Reading:
    return Reading(plain(raw), (Flag("precision_lost", f"“{plain(raw)}”以数字存储，末位已丢失，请把这一格设成文本后重填"),))
