//! Adds users and API keys, and reports credentials.

use serde_json::{Value, json};

use crate::random;
use crate::state::State;
use crate::state::user::{ApiKey, User};

/// Description of the API key from the command line.
const COMMAND_LINE: &str = "command line";

impl State {
    /// Returns the user of that address, which is added if there is none.
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

    /// Credentials as the ready file shows them: the key from the command line if there is one, else the first.
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

    /// Replaces the command line's key of an earlier start.
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
