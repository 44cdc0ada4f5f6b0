// SPDX-License-Identifier: Apache-2.0
#include "api/static_files.h"

#include <gtest/gtest.h>

#include <array>

namespace apiarist::api {
namespace {

constexpr std::array<StaticFile, 3> kFiles = {{{"/index.html", "text/html", "<p>", "", "\"1\""},
                                               {"/assets/a-1.js", "text/javascript", "a()", "", "\"2\"", true},
                                               {"/favicon.svg", "image/svg+xml", "<svg/>", "", "\"3\""}}};

std::string_view found(std::string_view path, std::string_view accept = "*/*") {
    const StaticFile* file = find_file(kFiles, path, accept);
    return file == nullptr ? "none" : file->path;
}

TEST(StaticFiles, a_path_is_a_file_of_the_table_or_none) {
    EXPECT_EQ(found("/"), "/index.html");
    EXPECT_EQ(found("/index.html"), "/index.html");
    EXPECT_EQ(found("/assets/a-1.js"), "/assets/a-1.js");
    EXPECT_EQ(found("/favicon.svg"), "/favicon.svg");
    for (const char* path : {"", "/assets", "/assets/", "/assets/a-1.js/", "//index.html", "/assets/../index.html",
                             "/../etc/passwd", "/%2e%2e/etc/passwd", "index.html", "/INDEX.HTML"})
        EXPECT_EQ(found(path), "none") << path;
    EXPECT_EQ(find_file({}, "/", "text/html"), nullptr);
}

TEST(StaticFiles, a_page_of_the_dashboard_is_its_start_page) {
    constexpr std::string_view kBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    EXPECT_EQ(found("/endpoints/12", kBrowser), "/index.html");
    EXPECT_EQ(found("/../etc/passwd", kBrowser), "/index.html");
    EXPECT_EQ(found("/endpoints/12", "*/*"), "none");
    EXPECT_EQ(found("/assets/gone-2.js", kBrowser), "none");
}

TEST(StaticFiles, paths_of_the_api_are_its_own) {
    for (const char* path : {"/api", "/api/", "/api/v1/status", "/api/v2", "/healthz"})
        EXPECT_TRUE(is_api_path(path)) << path;
    for (const char* path : {"/", "/apiary", "/healthz/", "/assets/api", "//api/v1"})
        EXPECT_FALSE(is_api_path(path)) << path;
}

TEST(StaticFiles, gzip_is_accepted_where_it_is_named_with_a_weight) {
    for (const char* text :
         {"gzip", "gzip, deflate, br", "br;q=1.0,GZIP;q=0.8", "deflate ,\tgzip ;q=0.001", "gzip;x=0", "gzip;q=0,gzip"})
        EXPECT_TRUE(accepts_gzip(text)) << text;
    for (const char* text : {"", "identity", "gzip;q=0", "gzip; q=0.000", "xgzip", "gzipped", "*", ",;,", "gzip;Q=0"})
        EXPECT_FALSE(accepts_gzip(text)) << text;
}

TEST(StaticFiles, html_is_accepted_where_it_is_named) {
    EXPECT_TRUE(accepts_html("application/json;q=0.9, text/html;level=1;q=0.5"));
    EXPECT_FALSE(accepts_html("*/*"));
    EXPECT_FALSE(accepts_html("text/html;q=0"));
    EXPECT_FALSE(accepts_html("text/htmlx"));
}

TEST(StaticFiles, a_tag_is_one_of_a_list) {
    for (const char* text : {"\"1\"", "W/\"1\"", "\"0\", \"1\"", " * "})
        EXPECT_TRUE(has_tag(text, "\"1\"")) << text;
    for (const char* text : {"", "1", "\"11\"", "\"1", "W/", ",,"})
        EXPECT_FALSE(has_tag(text, "\"1\"")) << text;
}

}  // namespace
}  // namespace apiarist::api
