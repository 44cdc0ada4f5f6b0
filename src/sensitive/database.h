// SPDX-License-Identifier: Apache-2.0
#pragma once
// Vectorscan's handles with owners, for literals alone. Debian's Vectorscan 5.4.9 passes over matches of expressions
// whose literal is one byte long, or of classes, in texts of more than a vector ("@[a-z]": a third of them in random
// texts of up to 300 bytes on x86 with AVX-512; its issue 317 has another case). Of literals none was seen to be
// missed, and database_test.cc looks for one. A LiteralSet is immutable and read by many threads; of a ScanBuffer each
// thread has its own.

#include <hs/hs.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace apiarist::sensitive {

struct Literal {
    std::string text;
    bool any_case = false;
};

struct FreeDatabase {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using LiteralSet = std::unique_ptr<hs_database_t, FreeDatabase>;

// At least one; none empty. The error has Vectorscan's words.
[[nodiscard]] Result<LiteralSet> compile_literals(const std::vector<Literal>& literals);

// What a thread needs to scan with some sets.
class ScanBuffer {
  public:
    // Makes it fit this set too.
    [[nodiscard]] Status fit(const LiteralSet& set);

    // `on_match(index, end)`: true ends the scan. Of texts of 4 GiB and more the begin is looked at. The text is
    // copied: Vectorscan reads a few bytes behind its end.
    template <typename OnMatch>
    void scan(const LiteralSet& set, std::string_view text, OnMatch& on_match) {
        const auto call = [](unsigned index, unsigned long long, unsigned long long end, unsigned,
                             void* context) -> int {
            return (*static_cast<OnMatch*>(context))(index, static_cast<std::size_t>(end)) ? 1 : 0;
        };
        constexpr std::size_t kMost = 0xffffffff;
        const std::size_t size = text.size() < kMost ? text.size() : kMost;
        if (size == 0) return;
        if (copy_.size() < size + kBehind) copy_.resize(size + kBehind);
        std::memcpy(copy_.data(), text.data(), size);
        hs_scan(set.get(), copy_.data(), static_cast<unsigned>(size), 0, scratch_.get(), call, &on_match);
    }
    // After a large text.
    void shrink() {
        constexpr std::size_t kKept = 256UL * 1024;
        if (copy_.size() > kKept) std::vector<char>().swap(copy_);
    }

  private:
    static constexpr std::size_t kBehind = 64;
    std::unique_ptr<hs_scratch_t, FreeScratch> scratch_;
    std::vector<char> copy_;
};

}  // namespace apiarist::sensitive
