//! What else than values a Python file may hold, in the words of an error message.

use ruff_python_ast::{Expr, Stmt};

const NOTHING_RUNS: &str = "nothing in this file is executed: write the value itself";

/// What a statement is, and what to do about it.
pub(super) fn of_statement(statement: &Stmt) -> (&'static str, &'static str) {
    let what = match statement {
        Stmt::FunctionDef(_) => "functions are not allowed",
        Stmt::ClassDef(_) => "classes are not allowed",
        Stmt::AugAssign(_) => "`+=` and its like are not allowed",
        Stmt::AnnAssign(_) | Stmt::TypeAlias(_) => "type annotations are not allowed",
        Stmt::For(_) | Stmt::While(_) => "loops are not allowed",
        Stmt::If(_) | Stmt::Match(_) => "conditions are not allowed",
        Stmt::With(_) => "`with` is not allowed",
        Stmt::Try(_) | Stmt::Raise(_) | Stmt::Assert(_) => "exceptions are not allowed",
        Stmt::Delete(_) => "`del` is not allowed",
        Stmt::Global(_) | Stmt::Nonlocal(_) => "`global` and `nonlocal` are not allowed",
        Stmt::Expr(_) => "an expression by itself has no effect",
        _ => "this statement is not allowed",
    };
    (what, "a configuration consists of assignments, NAME = value")
}

/// What an expression is, and what to do about it.
pub(super) fn of_expression(expression: &Expr) -> (&'static str, &'static str) {
    match expression {
        Expr::FString(_) | Expr::TString(_) => ("f-strings are not allowed", "join strings with `+`"),
        Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
            ("comprehensions are not allowed", "write the entries themselves")
        }
        Expr::Lambda(_) => ("`lambda` is not allowed", NOTHING_RUNS),
        Expr::Named(_) => ("`:=` is not allowed", "assign in a line of its own"),
        Expr::If(_) | Expr::BoolOp(_) | Expr::Compare(_) => ("conditions are not allowed", NOTHING_RUNS),
        Expr::BinOp(_) => ("the only operator is `+`", NOTHING_RUNS),
        Expr::Attribute(_) => ("attributes are not allowed, but for the predecessor's classes in a call", NOTHING_RUNS),
        Expr::Subscript(_) | Expr::Slice(_) => ("subscripts are not allowed", NOTHING_RUNS),
        Expr::Starred(_) => ("`*` is not allowed", "write the entries themselves, or join lists with `+`"),
        Expr::Set(_) => ("sets are not allowed", "write a list, [ … ]"),
        Expr::BytesLiteral(_) => ("bytes are not allowed", "write a string without `b`"),
        Expr::EllipsisLiteral(_) => ("`...` is not a value", NOTHING_RUNS),
        _ => ("this expression is not allowed", NOTHING_RUNS),
    }
}
