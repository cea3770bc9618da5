//! Values in words.

use serde_json::Value;

use super::Reading;

impl Reading<'_> {
    /// A value of the field of this name, as people read it; empty when there is none.
    pub(super) fn words(&self, name: &str, value: Option<&Value>) -> String {
        match value {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if matches!(name, "service" | "services") => {
                text.parse().map_or_else(|_| text.clone(), |code| self.service(code))
            }
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(true)) => self.lang.pick("はい", "yes").to_owned(),
            Some(Value::Bool(false)) => self.lang.pick("いいえ", "no").to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Array(list)) => {
                let words: Vec<_> = list.iter().map(|it| self.words(name, Some(it))).collect();
                words.join(self.lang.pick("、", ", "))
            }
            Some(other @ Value::Object(_)) => other.to_string(),
        }
    }
}
