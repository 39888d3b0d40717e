//! The reference evaluator in a process of its own: `tests/reference/lines.ts`, as `scripts/fuzz` bundles it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use portcullis_fuzz::reference::{Question, without_prose};
use serde_json::Value as Json;

pub struct Reference {
    _process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reference {
    /// Starts the program that `PORTCULLIS_REFERENCE` names.
    pub fn start() -> Self {
        let program = std::env::var("PORTCULLIS_REFERENCE")
            .expect("PORTCULLIS_REFERENCE names the bundle, as in scripts/fuzz");
        let mut process = Command::new("node")
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs");
        let asked = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Self {
            _process: process,
            asked,
            answers,
        }
    }

    /// What the reference answers, without prose, which has to be what the engine does.
    pub fn check(&mut self, question: &Question) -> Json {
        let answer = without_prose(&self.ask(&question.line));
        assert_eq!(question.answer, answer, "{}", question.line);
        answer
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.asked, "{line}").expect("the reference listens");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("the reference answers");
        answer
    }
}
