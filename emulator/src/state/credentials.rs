//! Users and API keys: those of the start, and those that log-in and the admin interface add.

use serde_json::{Value, json};

use crate::random;
use crate::state::State;
use crate::state::user::{ApiKey, User};

/// Marks the API key that came with the command line.
const COMMAND_LINE: &str = "command line";

impl State {
    /// Adds the user unless there is one of that address.
    pub(crate) fn add_user(&mut self, email: &str, admin: bool) -> &mut User {
        let name = email.split('@').next().unwrap_or_default();
        self.users.entry(email.to_owned()).or_insert_with(|| User {
            id: random::uuid(),
            email: email.into(),
            admin,
            first_name: name.into(),
            last_name: "Test".into(),
            client_key: random::token::<24>(),
            password: random::token::<12>(),
            two_factor: false,
        })
    }

    pub(crate) fn add_api_key(
        &mut self,
        email: &str,
        key: Option<&str>,
        secret: Option<&str>,
        description: &str,
    ) -> (String, String) {
        let key = key.map_or_else(random::token::<16>, str::to_owned);
        let secret = secret.map_or_else(random::token::<24>, str::to_owned);
        let entry = ApiKey {
            email: email.into(),
            secret: secret.clone(),
            description: description.into(),
        };
        self.api_keys.insert(key.clone(), entry);
        (key, secret)
    }

    /// Credentials as the ready file shows them: of several keys the newest is the one from the command line, if any.
    pub(crate) fn credentials(&self, email: &str) -> Value {
        let key = self
            .key_of(email)
            .map(|(key, entry)| (key.as_str(), entry.secret.as_str()))
            .unwrap_or_default();
        let user = self.users.get(email);
        json!({
            "email": email,
            "api_key": key.0,
            "api_secret": key.1,
            "admin": user.is_some_and(|user| user.admin),
            "password": user.map_or("", |user| user.password.as_str()),
            "oauth_token": user.map_or("", |user| user.client_key.as_str()),
        })
    }

    fn key_of(&self, email: &str) -> Option<(&String, &ApiKey)> {
        let own = || self.api_keys.iter().filter(|(_, key)| key.email == email);
        own()
            .find(|(_, key)| key.description == COMMAND_LINE)
            .or_else(|| own().next())
    }

    pub(crate) fn ensure_api_key(&mut self, email: &str) {
        if self.key_of(email).is_none() {
            self.add_api_key(email, None, None, "first");
        }
    }

    /// The key given at this start; one of an earlier start is forgotten.
    pub(crate) fn add_command_line_key(
        &mut self,
        email: &str,
        key: Option<&str>,
        secret: Option<&str>,
    ) {
        self.api_keys
            .retain(|_, key| key.description != COMMAND_LINE);
        self.add_api_key(email, key, secret, COMMAND_LINE);
    }
}
