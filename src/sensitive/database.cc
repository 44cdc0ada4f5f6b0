// SPDX-License-Identifier: Apache-2.0
#include "sensitive/database.h"

namespace apiarist::sensitive {
namespace {

struct FreeCompileError {
    void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};

}  // namespace

Result<Database> compile_database(const std::vector<Expression>& expressions) {
    std::vector<const char*> texts;
    std::vector<unsigned> flags;
    std::vector<unsigned> ids;
    for (const Expression& expression : expressions) {
        texts.push_back(expression.text.c_str());
        flags.push_back(expression.flags);
        ids.push_back(static_cast<unsigned>(ids.size()));
    }
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const auto status = hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()),
                                         HS_MODE_BLOCK, nullptr, &database, &error);
    const std::unique_ptr<hs_compile_error_t, FreeCompileError> owned(error);
    if (status == HS_SUCCESS) return Database(database);
    std::string what = error != nullptr ? error->message : "Vectorscan cannot compile it";
    if (error != nullptr && error->expression >= 0 && expressions.size() > 1)
        what += ": " + expressions[static_cast<std::size_t>(error->expression)].text;
    return Error{std::errc::invalid_argument, std::move(what)};
}

Status fit_scratch(HsScratch& scratch, const Database& database) {
    hs_scratch_t* raw = scratch.release();
    const auto status = hs_alloc_scratch(database.get(), &raw);
    scratch.reset(raw);
    if (status != HS_SUCCESS) return Error{std::errc::not_enough_memory, "no memory for a scan"};
    return Done{};
}

}  // namespace apiarist::sensitive
