"""No account's name can be taken for another's: section 2.8 of the security reference, Unicode TS #39."""

import concurrent.futures
import sqlite3
import unicodedata

import pytest
from site_under_test import ask_until_admitted, new_password

# Each begins a name, and looks like the one beside it.
LOOKALIKES = {
    "Cyrillic": ("coco", "сосо"), "one for l": ("paypal", "paypa1"), "rn for m": ("modern", "rnodern"),
    "zero for o": ("root", "r00t"), "dotless i": ("admin", "admın"), "both ways": ("rnaternal", "materna1"),
    "sharp s in capitals": ("straße", "STRASSE"), "Greek sigma": ("οδυσσεύς", "οδυσσεύσ"), "Greek omicron": ("oo", "οο"),
    "Cyrillic word": ("scope", "ѕсоре"), "dot at the end": ("admin", "admin."), "dots at the end": ("admin", "admin.."),
    "dot before": ("admin", ".admin"), "Latin alpha": ("alpha", "ɑlphɑ"), "script g": ("google", "ɡooɡle"),
    "palochka for l": ("apple", "аррӏе"), "small capitals": ("admin", "ᴀᴅᴍɪɴ"), "vv for w": ("wolf", "vvolf"),
}  # fmt: skip

# Each is refused, or is the very account that its plain spelling names.
SPELLINGS = {
    "case": "ADMIN", "width": "ａｄｍｉｎ", "mixed width": "aｄmin", "title": "Admin", "long s": "ſadmin",
    "mixed script": "аdmin", "Greek in Latin": "admιn", "zero width space": "ad\u200bmin", "joiner": "ad\u200dmin",
    "non-joiner": "ad\u200cmin", "word joiner": "ad\u2060min", "BOM": "\ufeffadmin", "soft hyphen": "ad\u00admin",
    "grapheme joiner": "ad\u034fmin", "RTL override": "\u202enimda", "isolate": "\u2066admin\u2069", "RTL mark": "admin\u200f",
    "Hangul filler": "admin\u3164", "variation selector": "admin\ufe0f", "tag": "admin\U000e0061", "NUL": "admin\0",
    "NUL inside": "ad\0min", "space after": "admin ", "space before": " admin", "ideographic space": "admin\u3000",
    "no-break space": "admin\u00a0", "line feed": "admin\n", "mathematical": "𝐚𝐝𝐦𝐢𝐧", "circled": "ⓐⓓⓜⓘⓝ", "superscript": "admiⁿ",
    "ligature": "adﬁn", "Kelvin": "\u212aadmin", "dot above i": "admi\u0307n", "dot above, twice": "ad\u0307\u0307min",
    "same mark twice": "adm\u0301\u0301in", "dotted capital I": "ADMİN", "combining first": "\u0301admin",
    "two sets of digits": "admin٣۳", "Arabic digit in Latin": "admin٣", "two sets of Indic digits": "१২", "dots": "..", "dot": ".",
    "Hebrew in Latin": "adminא", "Cherokee in Latin": "Ꭺdmin", "Latin in Armenian": "օadmin",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(new_site):
    """One of its own: what looks like what here must not meet the names of other tests."""
    return new_site()


def sign_up(client, name):
    return ask_until_admitted(client, "/auth/signup", dict(username=name, password=new_password()))


def delete(site, *names):
    for name in names:
        site.ctl("user", "delete", name, "--yes", check=False)


@pytest.fixture
def admin(site):
    delete(site, "admin")
    yield site.sign_up("admin")
    delete(site, "admin")


@pytest.mark.parametrize("pair", LOOKALIKES.values(), ids=LOOKALIKES)
@pytest.mark.parametrize("turn", [1, -1], ids=["", "turned"])
def test_a_name_that_looks_like_a_taken_one_is_taken(site, client, pair, turn):
    first, second = pair[::turn]
    delete(site, first, second)
    assert sign_up(client, first).status == 201
    refused = sign_up(client, second)
    assert (refused.status, refused.code, refused.set_cookies) == (409, "username_taken", [])
    shown = site.ctl("user", "show", second, check=False)
    assert shown.returncode == 1, shown.stdout
    delete(site, first)


@pytest.mark.parametrize("name", SPELLINGS.values(), ids=SPELLINGS)
def test_no_trick_makes_a_second_account_beside_admin(site, client, admin, name):
    answer = sign_up(client, name)
    assert answer.status in (409, 422), answer
    if answer.status == 422:
        assert [error["field"] for error in answer.json["errors"]] == ["username"]
        assert answer.json["errors"][0]["code"] in (
            "mixed_scripts", "forbidden_character", "misplaced_character", "mixed_direction",
        )  # fmt: skip
    # Whoever logs in so with the right password is admin or nobody.
    login = client.post("/auth/login", dict(username=name, password=admin.password))
    assert login.status == 401 or login.json["user"]["id"] == admin.id


@pytest.mark.parametrize("name", ["Иван", "李小龍", "山田テスト", "김철수Kim", "سعيد٣", "राम", "Zoë-b", "Ἀχιλλεύς", "José.1", "x_y+z"])
def test_names_as_people_write_them_are_accepted(site, client, name):
    delete(site, name)
    answer = sign_up(client, name)
    assert answer.status == 201, answer
    assert answer.json["user"]["username"] == unicodedata.normalize("NFC", name.lower())


def test_of_many_look_alikes_at_once_one_becomes_an_account(site):
    names = ["solo", "s0lo", "sol0", "so1o", "soIo".lower().replace("i", "l"), "s010", "ѕоӏо".replace("ӏ", "1"), "SOLO", "ｓｏｌｏ"] * 4
    delete(site, *names)

    def attempt(name):
        with site.client() as client:
            return sign_up(client, name).status

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(attempt, names))
    assert statuses == [201] + [409] * (len(names) - 1)
    delete(site, *names)


def test_the_command_line_makes_no_look_alike_either(site, client):
    delete(site, "lookout")
    assert sign_up(client, "lookout").status == 201
    taken = site.ctl("user", "add", "1ook0ut", input=new_password() + "\n", check=False)
    mixed = site.ctl("user", "add", "lооkout", input=new_password() + "\n", check=False)
    assert (taken.returncode, mixed.returncode) == (1, 1)
    assert "looks like it" in taken.stderr and "different scripts" in mixed.stderr


def test_an_address_that_looks_like_a_taken_one_is_taken(new_site):
    site = new_site(AUTH_USERNAME="email")
    with site.client() as client:
        assert sign_up(client, "coco@example.org").status == 201
        assert sign_up(client, "сосо@example.org").code == "username_taken"
        assert sign_up(client, "coco@examp1e.org").code == "username_taken"
        assert sign_up(client, "иван@example.org").status == 201
        assert sign_up(client, "иvан@example.org").json["errors"][0]["code"] == "mixed_scripts"


def test_migrate_works_out_what_looks_alike_for_accounts_of_before(new_site):
    """A store from before skeletons: two look-alikes stay, and no third is made."""
    site = new_site()
    site.sign_up("hello"), site.sign_up("world")
    with sqlite3.connect(site.store) as store:
        store.execute("UPDATE accounts SET skeleton = NULL")
        store.execute("UPDATE accounts SET username = 'he11o' WHERE username = 'world'")
    with site.client() as client:
        migrated = site.ctl("migrate")
        assert "he11o looks like" in migrated.stderr
        assert sign_up(client, "hell0").code == "username_taken"
    assert {user["username"] for user in site.ctl_json("user", "list")} == {"hello", "he11o"}
