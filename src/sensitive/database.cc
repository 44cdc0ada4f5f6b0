// SPDX-License-Identifier: Apache-2.0
#include "sensitive/database.h"

namespace apiarist::sensitive {
namespace {

struct FreeCompileError {
    void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};

}  // namespace

Result<LiteralSet> compile_literals(const std::vector<Literal>& literals) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    std::vector<unsigned> flags;
    std::vector<unsigned> ids;
    for (const Literal& literal : literals) {
        texts.push_back(literal.text.c_str());
        sizes.push_back(literal.text.size());
        flags.push_back(literal.any_case ? HS_FLAG_CASELESS : 0);
        ids.push_back(static_cast<unsigned>(ids.size()));
    }
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const auto status =
        hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(texts.size()),
                             HS_MODE_BLOCK, nullptr, &database, &error);
    const std::unique_ptr<hs_compile_error_t, FreeCompileError> owned(error);
    if (status == HS_SUCCESS) return LiteralSet(database);
    return Error{std::errc::invalid_argument, error != nullptr ? error->message : "Vectorscan cannot compile it"};
}

Status ScanBuffer::fit(const LiteralSet& set) {
    hs_scratch_t* raw = scratch_.release();
    const auto status = hs_alloc_scratch(set.get(), &raw);
    scratch_.reset(raw);
    if (status != HS_SUCCESS) return Error{std::errc::not_enough_memory, "no memory for a scan"};
    return Done{};
}

}  // namespace apiarist::sensitive
