//! Group ids of well-known artifacts that are published without Maven's own metadata, because
//! they are built by Gradle, Ant, sbt or Bazel.
//!
//! Facts from Maven Central. Only what cannot be told from the manifest is here; an artifact
//! whose group changed has a line for each, with the major version from which the next counts.

/// Artifact id (a star stands for any ending), group id, and the first major version that it is
/// no longer true for (0: always true). The first line that fits counts.
const GROUPS: &[(&str, &str, u32)] = &[
    ("activation", "javax.activation", 0),
    ("akka-*", "com.typesafe.akka", 0),
    ("ant", "org.apache.ant", 0),
    ("ant-*", "org.apache.ant", 0),
    ("antlr", "antlr", 0),
    ("antlr-runtime", "org.antlr", 0),
    ("antlr4*", "org.antlr", 0),
    ("aopalliance", "aopalliance", 0),
    ("asm", "asm", 4),
    ("asm", "org.ow2.asm", 0),
    ("asm-all", "asm", 4),
    ("asm-*", "org.ow2.asm", 0),
    ("aspectjrt", "org.aspectj", 0),
    ("aspectjtools", "org.aspectj", 0),
    ("aspectjweaver", "org.aspectj", 0),
    ("assertj-core", "org.assertj", 0),
    ("batik-*", "org.apache.xmlgraphics", 0),
    ("bcmail-*", "org.bouncycastle", 0),
    ("bcpg-*", "org.bouncycastle", 0),
    ("bcpkix-*", "org.bouncycastle", 0),
    ("bcprov-*", "org.bouncycastle", 0),
    ("bctls-*", "org.bouncycastle", 0),
    ("bcutil-*", "org.bouncycastle", 0),
    ("bsh", "org.beanshell", 0),
    ("c3p0", "com.mchange", 0),
    ("cglib", "cglib", 0),
    ("cglib-nodep", "cglib", 0),
    ("commons-beanutils", "commons-beanutils", 0),
    ("commons-cli", "commons-cli", 0),
    ("commons-codec", "commons-codec", 0),
    ("commons-collections", "commons-collections", 0),
    ("commons-configuration", "commons-configuration", 0),
    ("commons-dbcp", "commons-dbcp", 0),
    ("commons-digester", "commons-digester", 0),
    ("commons-discovery", "commons-discovery", 0),
    ("commons-el", "commons-el", 0),
    ("commons-fileupload", "commons-fileupload", 0),
    ("commons-httpclient", "commons-httpclient", 0),
    ("commons-io", "commons-io", 0),
    ("commons-jxpath", "commons-jxpath", 0),
    ("commons-lang", "commons-lang", 0),
    ("commons-logging", "commons-logging", 0),
    ("commons-net", "commons-net", 0),
    ("commons-pool", "commons-pool", 0),
    ("commons-validator", "commons-validator", 0),
    ("derby", "org.apache.derby", 0),
    ("derby*", "org.apache.derby", 0),
    ("dom4j", "dom4j", 2),
    ("dom4j", "org.dom4j", 0),
    ("elasticsearch", "org.elasticsearch", 0),
    ("elasticsearch-*", "org.elasticsearch", 0),
    ("fop", "org.apache.xmlgraphics", 0),
    ("gradle-*", "org.gradle", 0),
    ("groovy", "org.codehaus.groovy", 4),
    ("groovy", "org.apache.groovy", 0),
    ("groovy-*", "org.codehaus.groovy", 4),
    ("groovy-*", "org.apache.groovy", 0),
    ("grpc-*", "io.grpc", 0),
    ("gwt-*", "com.google.gwt", 0),
    ("h2", "com.h2database", 0),
    ("hamcrest", "org.hamcrest", 0),
    ("hamcrest-*", "org.hamcrest", 0),
    ("hibernate-core", "org.hibernate", 6),
    ("hibernate-core", "org.hibernate.orm", 0),
    ("hibernate-entitymanager", "org.hibernate", 0),
    ("hibernate-envers", "org.hibernate", 6),
    ("hibernate-envers", "org.hibernate.orm", 0),
    ("hsqldb", "hsqldb", 2),
    ("hsqldb", "org.hsqldb", 0),
    ("itext", "com.lowagie", 0),
    ("javax.inject", "javax.inject", 0),
    ("jaxen", "jaxen", 0),
    ("jdom", "org.jdom", 0),
    ("jdom2", "org.jdom", 0),
    ("jna", "net.java.dev.jna", 0),
    ("jna-platform", "net.java.dev.jna", 0),
    ("jsch", "com.jcraft", 0),
    ("json-path", "com.jayway.jsonpath", 0),
    ("jsp-api", "javax.servlet.jsp", 0),
    ("jstl", "javax.servlet", 0),
    ("junit", "junit", 0),
    ("junit-jupiter*", "org.junit.jupiter", 0),
    ("junit-platform-*", "org.junit.platform", 0),
    ("junit-vintage-engine", "org.junit.vintage", 0),
    ("kafka-*", "org.apache.kafka", 0),
    ("kafka_*", "org.apache.kafka", 0),
    ("kotlin-*", "org.jetbrains.kotlin", 0),
    ("kotlinx-*", "org.jetbrains.kotlinx", 0),
    ("log4j", "log4j", 0),
    ("logging-interceptor", "com.squareup.okhttp3", 0),
    ("lombok", "org.projectlombok", 0),
    ("lucene-*", "org.apache.lucene", 0),
    ("mail", "javax.mail", 0),
    ("micrometer-*", "io.micrometer", 0),
    ("mockito-*", "org.mockito", 0),
    ("moshi", "com.squareup.moshi", 0),
    ("mysql-connector-j", "com.mysql", 0),
    ("mysql-connector-java", "mysql", 0),
    ("ojdbc*", "com.oracle.database.jdbc", 0),
    ("okhttp", "com.squareup.okhttp", 3),
    ("okhttp", "com.squareup.okhttp3", 0),
    ("okhttp-*", "com.squareup.okhttp3", 0),
    ("okio", "com.squareup.okio", 0),
    ("okio-*", "com.squareup.okio", 0),
    ("opentelemetry-*", "io.opentelemetry", 0),
    ("oro", "oro", 0),
    ("play_*", "com.typesafe.play", 0),
    ("poi", "org.apache.poi", 0),
    ("poi-*", "org.apache.poi", 0),
    ("postgresql", "org.postgresql", 0),
    ("reactor-core", "io.projectreactor", 0),
    ("reactor-netty", "io.projectreactor.netty", 0),
    ("reactor-netty-*", "io.projectreactor.netty", 0),
    ("retrofit", "com.squareup.retrofit2", 0),
    ("rhino", "org.mozilla", 0),
    ("scala-compiler", "org.scala-lang", 0),
    ("scala-library", "org.scala-lang", 0),
    ("scala-reflect", "org.scala-lang", 0),
    ("selenium-*", "org.seleniumhq.selenium", 0),
    ("serializer", "xalan", 0),
    ("servlet-api", "javax.servlet", 0),
    ("solr-*", "org.apache.solr", 0),
    ("spring-amqp", "org.springframework.amqp", 0),
    ("spring-batch-*", "org.springframework.batch", 0),
    ("spring-boot", "org.springframework.boot", 0),
    ("spring-boot-*", "org.springframework.boot", 0),
    ("spring-cloud-*", "org.springframework.cloud", 0),
    ("spring-data-*", "org.springframework.data", 0),
    ("spring-hateoas", "org.springframework.hateoas", 0),
    ("spring-integration-*", "org.springframework.integration", 0),
    ("spring-kafka", "org.springframework.kafka", 0),
    ("spring-ldap-*", "org.springframework.ldap", 0),
    ("spring-plugin-*", "org.springframework.plugin", 0),
    ("spring-rabbit", "org.springframework.amqp", 0),
    ("spring-restdocs-*", "org.springframework.restdocs", 0),
    ("spring-retry", "org.springframework.retry", 0),
    ("spring-security-*", "org.springframework.security", 0),
    ("spring-session-*", "org.springframework.session", 0),
    ("spring-webflow", "org.springframework.webflow", 0),
    ("spring-ws-*", "org.springframework.ws", 0),
    // The framework itself, last: its siblings are above.
    ("spring-aop", "org.springframework", 0),
    ("spring-aspects", "org.springframework", 0),
    ("spring-beans", "org.springframework", 0),
    ("spring-context*", "org.springframework", 0),
    ("spring-core", "org.springframework", 0),
    ("spring-expression", "org.springframework", 0),
    ("spring-instrument", "org.springframework", 0),
    ("spring-jcl", "org.springframework", 0),
    ("spring-jdbc", "org.springframework", 0),
    ("spring-jms", "org.springframework", 0),
    ("spring-messaging", "org.springframework", 0),
    ("spring-orm", "org.springframework", 0),
    ("spring-oxm", "org.springframework", 0),
    ("spring-test", "org.springframework", 0),
    ("spring-tx", "org.springframework", 0),
    ("spring-web", "org.springframework", 0),
    ("spring-webflux", "org.springframework", 0),
    ("spring-webmvc*", "org.springframework", 0),
    ("spring-websocket", "org.springframework", 0),
    ("stax-api", "stax", 0),
    ("testcontainers", "org.testcontainers", 0),
    ("tomcat-embed-*", "org.apache.tomcat.embed", 0),
    ("tomcat-*", "org.apache.tomcat", 0),
    ("velocity", "org.apache.velocity", 0),
    ("wsdl4j", "wsdl4j", 0),
    ("xalan", "xalan", 0),
    ("xercesImpl", "xerces", 0),
    ("xml-apis", "xml-apis", 0),
    ("xmlbeans", "org.apache.xmlbeans", 0),
    ("zookeeper", "org.apache.zookeeper", 0),
];

/// The group of a well-known artifact.
pub fn group_of(artifact: &str, version: &str) -> Option<&'static str> {
    let digits = version
        .split(|letter: char| !letter.is_ascii_digit())
        .next();
    let major: Option<u32> = digits.and_then(|digits| digits.parse().ok());
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => artifact.starts_with(start),
        None => artifact == pattern,
    };
    GROUPS
        .iter()
        .find(|(pattern, _, until)| {
            fits(pattern) && (*until == 0 || major.is_some_and(|major| major < *until))
        })
        .map(|(_, group, _)| *group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_artifacts() {
        for (artifact, version, group) in [
            ("spring-beans", "5.3.16", Some("org.springframework")),
            (
                "spring-boot-starter-web",
                "2.6.4",
                Some("org.springframework.boot"),
            ),
            ("asm", "3.3.1", Some("asm")),
            ("asm", "9.1", Some("org.ow2.asm")),
            ("asm-tree", "9.1", Some("org.ow2.asm")),
            ("dom4j", "1.6.1", Some("dom4j")),
            ("dom4j", "", Some("org.dom4j")),
            ("kafka_2.13", "3.0.0", Some("org.apache.kafka")),
            ("spring", "2.0", None),
            ("", "", None),
        ] {
            assert_eq!(group_of(artifact, version), group, "{artifact} {version}");
        }
    }

    #[test]
    fn every_line_can_be_reached() {
        for (index, (pattern, _, until)) in GROUPS.iter().enumerate() {
            let artifact = pattern.replace('*', "x");
            let version = if *until == 0 { "99" } else { "0" };
            let hit = GROUPS.iter().position(|(other, _, last)| {
                let fits = match other.strip_suffix('*') {
                    Some(start) => artifact.starts_with(start),
                    None => artifact == *other,
                };
                fits && (*last == 0 || version == "0")
            });
            assert_eq!(hit, Some(index), "{pattern}");
        }
    }
}
