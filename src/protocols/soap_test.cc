// SPDX-License-Identifier: Apache-2.0
#include "protocols/soap.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace apiarist::protocols {
namespace {

constexpr std::string_view k11 = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr std::string_view k12 = "http://www.w3.org/2003/05/soap-envelope";

std::string envelope(std::string_view inside, std::string_view space = k11) {
    return "<?xml version='1.0'?>\n<s:Envelope xmlns:s='" + std::string(space) + "'>" + std::string(inside) +
           "</s:Envelope>";
}

// "{namespace}name"
std::string read(const std::string& body) {
    const auto call = read_soap(body);
    if (!call) return "none";
    return "{" + call->namespace_name + "}" + call->name + (call->cut ? " …" : "");
}

TEST(Soap, the_first_element_of_the_body) {
    EXPECT_EQ(read(envelope("<s:Body><m:GetPrice xmlns:m='urn:shop'><Item>1</Item></m:GetPrice></s:Body>")),
              "{urn:shop}GetPrice");
    EXPECT_EQ(read(envelope("<s:Body><GetPrice xmlns='urn:shop'/><Other/></s:Body>", k12)), "{urn:shop}GetPrice");
    EXPECT_EQ(read(envelope("<s:Body><GetPrice/></s:Body>")), "{}GetPrice");
    EXPECT_EQ(read("<Envelope xmlns='" + std::string(k12) + "'><Body><p/></Body></Envelope>"),
              "{" + std::string(k12) + "}p");
}

TEST(Soap, headers_and_comments_before_it) {
    EXPECT_EQ(read(envelope("<s:Header><a:To xmlns:a='urn:a'><s:Body><no/></s:Body></a:To></s:Header> <!-- <no/> -->"
                            "<s:Body><!-- <no/> --><?no?> text <Yes/></s:Body>")),
              "{}Yes");
    EXPECT_EQ(read(envelope("<Body><no/></Body><s:Body><Yes/></s:Body>")), "{}Yes") << "of another namespace";
}

TEST(Soap, an_empty_body_names_nothing) {
    EXPECT_EQ(read(envelope("<s:Body/>")), "{}");
    EXPECT_EQ(read(envelope("<s:Body></s:Body><s:Body><no/></s:Body>")), "{}");
    EXPECT_EQ(read(envelope("")), "{}");
}

TEST(Soap, what_is_cut_before_the_element_names_nothing) {
    const std::string whole = envelope("<s:Body><m:GetPrice xmlns:m='urn:shop'>");
    const std::size_t end = whole.find("'urn:shop'>") + 11;
    for (std::size_t size = 0; size < end; ++size)
        EXPECT_TRUE(read(whole.substr(0, size)) == "none" || read(whole.substr(0, size)) == "{}") << size;
    EXPECT_EQ(read(whole.substr(0, end)), "{urn:shop}GetPrice");
}

TEST(Soap, what_is_no_envelope) {
    for (const char* body :
         {"", "{}", "<a/>", "<Envelope><Body><a/></Body></Envelope>", "<s:Envelope><s:Body><a/></s:Body></s:Envelope>",
          "<html><body><a></html>", "<Envelope xmlns='urn:other'><Body><a/></Body></Envelope>", "<", "\xff\xfe<"})
        EXPECT_EQ(read(body), "none") << body;
}

TEST(Soap, a_document_type_ends_it) {
    EXPECT_EQ(read("<!DOCTYPE s [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" +
                   envelope("<s:Body><x>&b;</x></s:Body>").substr(22)),
              "none");
    EXPECT_EQ(read("<!DOCTYPE s SYSTEM 'file:///etc/passwd'>" + envelope("<s:Body><x/></s:Body>").substr(22)), "none");
    EXPECT_EQ(read(envelope("<s:Body>&undefined;<x/></s:Body>")), "{}");
}

TEST(Soap, other_encodings) {
    std::string wide = "\xff\xfe";
    for (const char c : envelope("<s:Body><GetPrice/></s:Body>").substr(22))
        wide += std::string{c, '\0'};
    EXPECT_EQ(read(wide), "{}GetPrice");
}

TEST(Soap, bounds) {
    std::string deep = "<s:Header>";
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";
    EXPECT_EQ(read(envelope(deep)), "{}");
    EXPECT_EQ(read(envelope("<s:Body><" + std::string(257, 'a') + " xmlns='urn:x'/></s:Body>")), "{urn:x} …");
    EXPECT_EQ(read(envelope("<s:Body><a xmlns='" + std::string(257, 'x') + "'/></s:Body>")), "{}a …");
}

long peak_mebibytes() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

TEST(Soap, a_long_namespace_is_not_held_once_for_each_name_in_it) {
    std::string body = "<s:Envelope xmlns:p='" + std::string(75'000, 'a') + "'";
    for (int i = 0; i < 10'000; ++i)
        body += " p:a" + std::to_string(i) + "=''";
    const long before = peak_mebibytes();
    EXPECT_EQ(read(body + ">"), "none");
    EXPECT_LT(peak_mebibytes() - before, 100);
}

TEST(Soap, namespaces_hold_where_they_are_declared) {
    EXPECT_EQ(read(envelope("<s:Header><a xmlns='urn:a'><b/></a></s:Header><s:Body><c/></s:Body>")), "{}c");
    EXPECT_EQ(read(envelope("<s:Body xmlns='urn:a'><c/></s:Body>")), "{urn:a}c");
    EXPECT_EQ(read(envelope("<s:Body xmlns:a='urn:a'><a:c xmlns:a='urn:b'/></s:Body>")), "{urn:b}c");
    EXPECT_EQ(read(envelope("<s:Body><undeclared:c/></s:Body>")), "{}c");
    EXPECT_EQ(read(envelope("<t:Body xmlns:t='urn:t'><c/></t:Body>")), "{}") << "not the Body of this envelope";
}

TEST(Soap, so_much_may_stand_before_the_body) {
    const std::string header(200 << 10, ' ');
    EXPECT_EQ(read(envelope("<s:Header>" + header + "</s:Header><s:Body><c/></s:Body>")), "{}c");
    EXPECT_EQ(read(envelope("<s:Header>" + header + header + "</s:Header><s:Body><c/></s:Body>")), "{}");
    std::string many = "<s:Header>";
    for (int i = 0; i < 2000; ++i)
        many += "<a xmlns='u'>";
    EXPECT_EQ(read(envelope(many)), "{}");
}

TEST(Soap, actions) {
    EXPECT_EQ(soap_action("\"urn:shop#GetPrice\"", "text/xml"), "urn:shop#GetPrice");
    EXPECT_EQ(soap_action(" urn:a ", ""), "urn:a");
    EXPECT_EQ(soap_action("\"\"", "text/xml; charset=utf-8"), "");
    EXPECT_EQ(soap_action("", "application/soap+xml; charset=\"a;action=no\"; Action=\"urn:b;c\""), "urn:b;c");
    EXPECT_EQ(soap_action("", "application/soap+xml;action=urn:b;x=y"), "urn:b");
    EXPECT_EQ(soap_action("", "multipart/related; type=\"application/xop+xml\"; start-info=\"x\"; action=\"urn:b\""),
              "urn:b");
    EXPECT_EQ(soap_action("", "application/soap+xml; action"), "");
    EXPECT_EQ(soap_action(std::string(257, 'a'), ""), "");
}

}  // namespace
}  // namespace apiarist::protocols
