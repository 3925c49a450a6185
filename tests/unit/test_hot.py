"""Arrays as PostgreSQL reads them."""

from core.hot import as_array


def test_numbers_and_texts_are_written_so_that_nothing_in_them_ends_them() -> None:
    assert as_array([1, 2]) == "{1,2}"
    assert as_array([]) == "{}"
    assert as_array(['a"b', "c\\d", "e,f", "{}", ""]) == r'{"a\"b","c\\d","e,f","{}",""}'


def test_a_text_with_a_zero_byte_is_never_taken_for_two() -> None:
    assert "\0" in as_array(["a\0b", "c"])
    assert "\0" in as_array(["\0"])
