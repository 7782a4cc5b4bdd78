//! Calls for programs that inspect a deployment.

use serde::de::DeserializeOwned;

use crate::{AwsJson, Error, action::address};

impl AwsJson {
    /// Reads at a path of a service that speaks REST JSON. `service` is its name in signatures (`ses`), `host` that in addresses (`email`); the path is encoded already.
    pub async fn get<T: DeserializeOwned>(
        &self,
        service: &'static str,
        host: &'static str,
        path: &str,
    ) -> Result<T, Error> {
        let url = address(self.endpoint(service), host, &self.region) + path;
        self.perform(service, http::Request::get(url).body(Vec::new())).await
    }

    /// Calls an action of a service that is asked by a form, which goes into `form` encoded, and asks it to answer in JSON.
    pub async fn query<T: DeserializeOwned>(&self, service: &'static str, form: &str) -> Result<T, Error> {
        let url = address(self.endpoint(service), service, &self.region) + "/";
        let request = http::Request::post(url)
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded");
        self.perform(service, request.body(format!("{form}&ContentType=JSON").into_bytes())).await
    }
}
