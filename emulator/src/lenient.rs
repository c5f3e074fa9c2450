//! JSON as the service's lenient parser accepts it: unquoted names, single-quoted strings, bare words.
//! The Java client and the vendor's scripts send such bodies.

use serde_json::{Map, Value};

/// `None` if the text is not even lenient JSON. Empty text is an empty object.
pub(crate) fn parse(text: &str) -> Option<Value> {
    if text.trim().is_empty() {
        return Some(Value::Object(Map::new()));
    }
    serde_json::from_str(text).ok().or_else(|| {
        let mut reader = Reader { rest: text };
        let value = reader.value(0)?;
        reader.rest.trim().is_empty().then_some(value)
    })
}

struct Reader<'a> {
    rest: &'a str,
}

const MAX_DEPTH: usize = 32;

impl Reader<'_> {
    fn next_is(&mut self, expected: char) -> bool {
        match self.rest.trim_start().strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.next_is('{') {
            let mut object = Map::new();
            while !self.next_is('}') {
                let name = self.scalar()?;
                self.next_is(':').then_some(())?;
                let value = self.value(depth + 1)?;
                object.insert(
                    name.as_str()
                        .map_or_else(|| name.to_string(), str::to_owned),
                    value,
                );
                self.separator('}')?;
            }
            return Some(Value::Object(object));
        }
        if self.next_is('[') {
            let mut items = Vec::new();
            while !self.next_is(']') {
                items.push(self.value(depth + 1)?);
                self.separator(']')?;
            }
            return Some(Value::Array(items));
        }
        self.scalar()
    }

    fn separator(&mut self, end: char) -> Option<()> {
        (self.next_is(',') || self.rest.trim_start().starts_with(end)).then_some(())
    }

    fn scalar(&mut self) -> Option<Value> {
        for quote in ['\'', '"'] {
            if self.next_is(quote) {
                return self.quoted(quote);
            }
        }
        let rest = self.rest.trim_start();
        let end = rest
            .find([',', ':', '}', ']', '{', '['])
            .unwrap_or(rest.len());
        let word = rest[..end].trim();
        self.rest = &rest[end..];
        (!word.is_empty()).then(|| serde_json::from_str(word).unwrap_or_else(|_| word.into()))
    }

    fn quoted(&mut self, quote: char) -> Option<Value> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => text.push(match characters.next()?.1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                }),
                _ if character == quote => {
                    self.rest = &self.rest[at + quote.len_utf8()..];
                    return Some(text.into());
                }
                _ => text.push(character),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn takes_what_the_clients_send() {
        let java = "{email:'a@b.c', password:'x:y,{z}', keyDescription:'My Key'}";
        assert_eq!(
            parse(java),
            Some(json!({"email": "a@b.c", "password": "x:y,{z}", "keyDescription": "My Key"}))
        );
        assert_eq!(
            parse("{'part': 1, 'ok': true, 'list': ['a', 2], 'n': null}"),
            Some(json!({"part": 1, "ok": true, "list": ["a", 2], "n": null}))
        );
        assert_eq!(parse("\"\""), Some(json!("")));
        assert_eq!(parse(""), Some(json!({})));
    }

    #[test]
    fn refuses_the_rest() {
        for bad in ["{", "{a", "{a:'b", "{a:'b'", "[1,", "{a:1} x"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
