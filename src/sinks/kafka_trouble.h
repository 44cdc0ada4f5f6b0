// SPDX-License-Identifier: Apache-2.0
#pragma once
// What librdkafka reports, in words: what the cause is and what to check. It repeats itself with every attempt to
// connect; a cause is told once, and then at most once a minute with the number of reports.
//
// Threads: a TroubleTeller belongs to one; Certificates may be used by any.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace apiarist::sinks {

enum class Cause : std::uint8_t {
    kUnreachable,
    kUnresolved,
    kUntrusted,       // the certificate's signer
    kWrongName,       // in the certificate
    kExpired,         // or not valid yet
    kBadCertificate,  // for another reason
    kSpeaksNoTls,     // to us, who do
    kWantsTls,        // and we do not
    kWantsLogin,      // and we do not
    kWrongMechanism,  // of the login
    kWrongLogin,      // user name or password
    kTls,             // another failure of the handshake
    kRefused,         // records
    kHeartRefused,    // heartbeats
    kOther,
};

struct Trouble {
    Cause cause;
    std::string text;
};

// `error`: librdkafka's number; `reason`: its text, which begins with the broker's name; `certificate_error`: what the
// last look at that broker's certificate found (X509_V_ERR_*; 0: nothing). Nothing: the report tells nothing new.
[[nodiscard]] std::optional<Trouble> trouble_of(int error, std::string_view reason, int certificate_error);
// Of a record, or else a heartbeat, that was not stored. Nothing: it was, or we ourselves gave it up.
[[nodiscard]] std::optional<Trouble> refusal_of(int error, bool is_record);
// "ssl://localhost:9093/bootstrap: ..." → "ssl://localhost:9093/bootstrap"; empty: no broker is named.
[[nodiscard]] std::string_view broker_name(std::string_view reason);

class TroubleTeller {
  public:
    static constexpr std::uint64_t kPauseNs = 60'000'000'000;

    // What to say now, if anything.
    [[nodiscard]] std::optional<std::string> heard(const Trouble& trouble, std::uint64_t now_ns);
    // No broker is left.
    void all_down() { down_ = true; }
    // A record was stored.
    [[nodiscard]] std::optional<std::string> delivered(std::uint64_t now_ns);

  private:
    struct Told {
        std::uint64_t at_ns = 0;
        std::uint64_t since = 0;  // reports that were not told
    };
    std::map<Cause, Told> told_;
    bool down_ = false;
    std::optional<std::uint64_t> mended_ns_;
};

// What the checks of the brokers' certificates found. A broker's name may stand with or without "ssl://" and
// "/bootstrap".
class Certificates {
  public:
    void found(std::string_view broker, int error);
    [[nodiscard]] int error_of(std::string_view broker) const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, int, std::less<>> errors_;  // guarded by mutex_; as many as there are brokers
};

}  // namespace apiarist::sinks
