import pytest

from workers_deploy.project.bundle.load_time import Spot, find_spots

AT_LOAD, LATER, CAUGHT = Spot(True, False), Spot(False, False), Spot(False, True)
PACKAGE = """
var require_a = __commonJS({
  "node_modules/a/index.js"(exports, module) {
    __mark_0__;
    exports.b = () => __mark_1__;
  }
});
"""


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("var a = __mark_0__;", AT_LOAD),
        ("for (const a of b) { __mark_0__; }", AT_LOAD),
        ("var a = { b: __mark_0__ };", AT_LOAD),
        ("function f() {\n  return __mark_0__;\n}\n(0, g)();", LATER),
        ("class A {\n  f(a = { b: 1 }) {\n    if (a) {\n __mark_0__;\n } } }", LATER),
        ("var f = () => { __mark_0__; };", LATER),
        ("var f = () => g(__mark_0__), h = 1;", LATER),
        ("var f = () => 1, a = __mark_0__;", AT_LOAD),
        ("var a = [() => 1, __mark_0__];", AT_LOAD),
        ("(function() {\n __mark_0__;\n})();", AT_LOAD),
        ("(function() {\n __mark_0__;\n}).call(this);", AT_LOAD),
        ("var a = (() => __mark_0__)();", AT_LOAD),
        ("(function() {\n var f = function() {\n __mark_0__;\n };\n})();", LATER),
        ("try {\n __mark_0__;\n} catch {\n}", CAUGHT),
        ("var f = () => { try { __mark_0__; } catch { } };", CAUGHT),
        ("}) __mark_0__;", LATER),
        ("function f() { __mark_0__; } {", LATER),
        ("hello ${__mark_0__}", LATER),
    ],
)
def test_what_stands_in_a_function_or_a_try_is_no_matter_of_the_load(text, spot):
    assert find_spots(text) == {0: spot}


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("if (a) {\n  __mark_0__;\n}", LATER),
        ("if (a)\n  __mark_0__;", LATER),
        ("if (a)\n  b = 1, __mark_0__;", LATER),
        ("if (a)\n  b = 1;\n__mark_0__;", AT_LOAD),
        ("{ if (a) b = 1; __mark_0__; }", AT_LOAD),
        ("if (__mark_0__) {\n}", AT_LOAD),
        ("if (a) {\n} else {\n  __mark_0__;\n}", LATER),
        ("if (a)\n  b = 1;\nelse\n  __mark_0__;", LATER),
        ("{ if (a) {\n} else if (b) {\n} __mark_0__; }", AT_LOAD),
        ("switch (a) {\n  case 1:\n    __mark_0__;\n}", LATER),
        ("try {\n} catch (e) {\n __mark_0__;\n}", LATER),
        ("try {\n} catch {\n __mark_0__;\n}", LATER),
        ("var a = b ? null : __mark_0__;", LATER),
        ("var a = !b && __mark_0__;", LATER),
        ("var a = b || (b = __mark_0__);", LATER),
        ("a ??= __mark_0__;", LATER),
        ("var a = b && c, d = __mark_0__;", AT_LOAD),
        ("var a = { b: c ? 1 : 2, d: __mark_0__ };", AT_LOAD),
        ("var a = (b || c) + __mark_0__;", AT_LOAD),
        ("var a = b?.c + __mark_0__;", AT_LOAD),
        ("var a = (() => b && __mark_0__)();", LATER),
        ("var A = class {\n  fs = __mark_0__;\n};", LATER),
        ("class A extends (0, b.C) {\n  fs = __mark_0__;\n}", LATER),
        ("var a = { class: 1, b: { c: __mark_0__ } };", AT_LOAD),
        ("function f(a, fs = __mark_0__) {\n}", LATER),
        ("var f = (a, fs = __mark_0__) => fs;", LATER),
        ("f(__mark_0__);\nfor (const a of __mark_1__) {\n}", AT_LOAD),
    ],
)
def test_only_what_is_sure_to_run_counts_as_run(text, spot):
    assert find_spots(text)[0] == spot


def test_a_statement_is_read_alone():
    text = "var a = `\n  ${b}`;\n(\n__mark_0__;\nfunction f() {\n  {\n    __mark_1__; } }\n"

    assert find_spots(text) == {0: AT_LOAD, 1: LATER}


def test_a_statement_that_nobody_reads_is_not_read():
    text = f"var a = [{'1, ' * 100_000}__mark_0__];"

    assert find_spots(text) == {0: LATER}


def test_a_template_at_the_start_of_a_line_does_not_end_a_package():
    package = PACKAGE.replace("__mark_0__", "f(`\n${a}\n`);\n    __mark_0__")

    assert find_spots(f"{package}require_a();") == {0: AT_LOAD, 1: LATER}


def test_strings_and_comments_have_nothing_to_say():
    assert find_spots('"__mark_0__"; // __mark_1__') == {}


@pytest.mark.parametrize(
    ("main", "first"),
    [
        ("require_a();", AT_LOAD),
        ("var a = __toESM(require_a());", AT_LOAD),
        ("function f() {\n  require_a();\n}", LATER),
        ("try {\n  require_a();\n} catch {\n}", LATER),
        ("if (a)\n  require_a();", LATER),
        ("", LATER),
    ],
)
def test_a_package_runs_when_it_is_called(main, first):
    assert find_spots(PACKAGE + main) == {0: first, 1: LATER}


def test_packages_that_call_each_other_run_with_the_first():
    other = PACKAGE.replace("require_a", "require_b").replace("__mark_0__", "require_a()")

    assert find_spots(PACKAGE + other.replace("__mark_1__", "1") + "require_b();")[0] == AT_LOAD


def test_packages_that_only_call_each_other_do_not_run():
    circle = PACKAGE.replace("__mark_1__", "1").replace(
        "    exports", "    require_b();\n    exports"
    )
    other = PACKAGE.replace("require_a", "require_b").replace("__mark_0__", "require_a()")

    assert find_spots(circle + other.replace("__mark_1__", "1")) == {0: LATER}
