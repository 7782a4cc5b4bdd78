use serde_json::{Value, json};

use super::extend;
use crate::clock::written;
use crate::mail::MAIL_DOMAIN;
use crate::shop::opening_day;
use crate::state::State;

impl State {
    /// The organization as buyers see it (recordings 260, 549).
    pub(crate) fn organization_shape(&self) -> Value {
        json!({
            "created_at": written(opening_day()),
            "modified_at": written(opening_day()),
            "id": self.shop.organization.id,
            "name": self.shop.organization.name,
            "slug": self.shop.organization.slug,
            "avatar_url": null,
            "proration_behavior": "prorate",
            "allow_customer_updates": true,
            "bio": null,
            "company": null,
            "blog": null,
            "location": null,
            "twitter_username": null,
            "pledge_minimum_amount": 0,
            "pledge_badge_show_amount": false,
            "default_upfront_split_to_contributors": null,
            "email": format!("owner@{MAIL_DOMAIN}"),
            "website": self.url,
            "socials": [],
            "status": "active",
            "details_submitted_at": written(opening_day()),
            "feature_settings": feature_settings(),
            "subscription_settings": subscription_settings(),
            "customer_email_settings": customer_email_settings(),
        })
    }

    /// The same with what the customer portal needs (recordings 543, 554).
    pub(crate) fn portal_organization_shape(&self) -> Value {
        extend(
            self.organization_shape(),
            json!({
                "customer_portal_settings": {"usage": {"show": true},
                    "subscription": {"update_seats": true, "update_plan": true},
                    "customer": {"allow_email_change": false}},
                "organization_features": {"member_model_enabled": true, "checkout_localization_enabled": false},
            }),
        )
    }
}

fn feature_settings() -> Value {
    json!({
        "issue_funding_enabled": false,
        "seat_based_pricing_enabled": true,
        "unit_based_pricing_enabled": false,
        "wallets_enabled": false,
        "member_model_enabled": true,
        "checkout_localization_enabled": false,
        "overview_metrics": null,
        "reset_proration_behavior_enabled": false,
        "off_session_charges_enabled": false,
        "meter_cycling_enabled": false,
        "slack_benefit_enabled": false,
        "preview_access_enabled": false,
        "disputes_enabled": false,
        "sso_enabled": false,
        "dispute_auto_accept_enabled": false,
        "compass_enabled": false,
        "merchant_migration_enabled": false,
    })
}

fn subscription_settings() -> Value {
    json!({
        "allow_multiple_subscriptions": false,
        "proration_behavior": "prorate",
        "benefit_revocation_grace_period": 0,
        "prevent_trial_abuse": false,
        "allow_customer_updates": true,
    })
}

fn customer_email_settings() -> Value {
    json!({
        "order_confirmation": true,
        "payment_method_expiration_reminder": true,
        "subscription_cancellation": true,
        "subscription_confirmation": true,
        "subscription_cycled": true,
        "subscription_cycled_after_trial": true,
        "subscription_past_due": true,
        "subscription_paused": true,
        "subscription_resumed": true,
        "subscription_renewal_reminder": true,
        "subscription_revoked": true,
        "subscription_trial_conversion_reminder": true,
        "subscription_uncanceled": true,
        "subscription_updated": true,
    })
}
