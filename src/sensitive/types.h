// SPDX-License-Identifier: Apache-2.0
#pragma once
// The types of sensitive data that are known without the user's patterns. Their ids are stable: the API and the store
// have them. A new type goes to the end of the enumeration, for its number is its index in Scanner::types().

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace apiarist::sensitive {

enum class Type : std::size_t {
    kEmail,
    kPaymentCard,
    kUsSsn,
    kPhoneNumber,
    kIban,
    kIpAddress,
    kVin,
    kDateOfBirth,
    kPassword,
    kSecret,
    kCardSecurityCode,
    kJwt,
    kPrivateKey,
    kUrlPassword,
    kAwsAccessKeyId,
    kAwsSecretAccessKey,
    kGithubToken,
    kGitlabToken,
    kSlackToken,
    kSlackWebhook,
    kStripeKey,
    kGoogleApiKey,
    kGoogleOauthToken,
    kOpenaiKey,
    kAnthropicKey,
    kSendgridKey,
    kTwilioSid,
    kNpmToken,
    kPypiToken,
    kDigitaloceanToken,
    kShopifyToken,
    kTelegramBotToken,
    kHuggingfaceToken,
    kSquareToken,
    kMailgunKey,
    kDockerToken,
    kGrafanaToken,
    kVaultToken,
    kLinearKey,
    kNewRelicKey,
    kPostmanKey,
    kPulumiToken,
    kRubygemsKey,
    kSentryToken,
    kTailscaleKey,
    kAtlassianToken,
    kDatabricksToken,
    kDopplerToken,
    kGroqKey,
    kFigmaToken,
};

// Where a value of the type is sensitive: what a client sends of itself may be ordinary in a request.
enum class Where { kAnywhere, kResponses };

struct TypeInfo {
    std::string id;     // for the API and the store
    std::string title;  // for people
    Where where = Where::kAnywhere;
};

// By the number of the type.
[[nodiscard]] std::span<const TypeInfo> builtin_types();

}  // namespace apiarist::sensitive
