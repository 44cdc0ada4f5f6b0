// SPDX-License-Identifier: Apache-2.0
#include "sensitive/types.h"

#include <vector>

namespace apiarist::sensitive {

std::span<const TypeInfo> builtin_types() {
    static const std::vector<TypeInfo> types = {
        {"email", "E-mail address"},
        {"payment_card", "Payment card number"},
        {"us_ssn", "US social security number"},
        {"phone_number", "Phone number"},
        {"iban", "Bank account (IBAN)"},
        {"ip_address", "IP address", Where::kResponses},
        {"vin", "Vehicle identification number"},
        {"date_of_birth", "Date of birth"},
        {"password", "Password"},
        {"secret", "Secret or token, by its name"},
        {"card_security_code", "Card security code"},
        {"jwt", "JSON Web Token", Where::kResponses},
        {"private_key", "Private key"},
        {"url_password", "Password in a URL"},
        {"aws_access_key_id", "AWS access key ID"},
        {"aws_secret_access_key", "AWS secret access key"},
        {"github_token", "GitHub token"},
        {"gitlab_token", "GitLab token"},
        {"slack_token", "Slack token"},
        {"slack_webhook", "Slack webhook"},
        {"stripe_key", "Stripe key"},
        {"google_api_key", "Google API key"},
        {"google_oauth_token", "Google OAuth token or secret"},
        {"openai_key", "OpenAI key"},
        {"anthropic_key", "Anthropic key"},
        {"sendgrid_key", "SendGrid key"},
        {"twilio_sid", "Twilio account or key SID"},
        {"npm_token", "npm token"},
        {"pypi_token", "PyPI token"},
        {"digitalocean_token", "DigitalOcean token"},
        {"shopify_token", "Shopify token"},
        {"telegram_bot_token", "Telegram bot token"},
        {"huggingface_token", "Hugging Face token"},
        {"square_token", "Square token"},
        {"mailgun_key", "Mailgun key"},
        {"docker_token", "Docker Hub token"},
        {"grafana_token", "Grafana token"},
        {"vault_token", "HashiCorp Vault token"},
        {"linear_key", "Linear key"},
        {"new_relic_key", "New Relic key"},
        {"postman_key", "Postman key"},
        {"pulumi_token", "Pulumi token"},
        {"rubygems_key", "RubyGems key"},
        {"sentry_token", "Sentry token"},
        {"tailscale_key", "Tailscale key"},
        {"atlassian_token", "Atlassian token"},
        {"databricks_token", "Databricks token"},
        {"doppler_token", "Doppler token"},
        {"groq_key", "Groq key"},
        {"figma_token", "Figma token"},
    };
    return types;
}

}  // namespace apiarist::sensitive
