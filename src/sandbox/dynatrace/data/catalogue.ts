/**
 * Words for realistic data. Package names exist; every CVE number from 900000 up and every finding made from
 * it is invented. The few well-known vulnerabilities are public facts (number, package, CVSS vector).
 */
import { type Vector, vectorOf } from './cvss.ts';
import type { CodeLevel, FunctionName, Technology } from './model.ts';

export interface Package {
  readonly name: string;
  readonly versions: readonly string[];
  readonly functions: readonly FunctionName[];
}

type Row = readonly [name: string, versions: string, functions?: string];

const java: readonly Row[] = [
  [
    'org.apache.logging.log4j:log4j-core',
    '2.14.1 2.13.3',
    'org.apache.logging.log4j.core.lookup.JndiLookup#lookup',
  ],
  [
    'org.springframework:spring-web',
    '5.3.9 5.2.8',
    'org.springframework.web.util.UriComponentsBuilder#fromUriString',
  ],
  [
    'org.springframework:spring-beans',
    '5.3.17 5.2.19',
    'org.springframework.beans.CachedIntrospectionResults#forClass',
  ],
  [
    'com.fasterxml.jackson.core:jackson-databind',
    '2.9.10 2.12.3',
    'com.fasterxml.jackson.databind.ObjectMapper#readValue com.fasterxml.jackson.databind.deser.BeanDeserializer#deserialize',
  ],
  [
    'org.apache.struts:struts2-core',
    '2.5.10 2.3.31',
    'org.apache.struts2.dispatcher.multipart.JakartaMultiPartRequest#parse',
  ],
  ['org.apache.commons:commons-text', '1.9 1.8', 'org.apache.commons.text.StringSubstitutor#replace'],
  [
    'commons-fileupload:commons-fileupload',
    '1.4 1.3.3',
    'org.apache.commons.fileupload.FileUploadBase#parseRequest',
  ],
  [
    'io.netty:netty-codec-http',
    '4.1.60.Final 4.1.42.Final',
    'io.netty.handler.codec.http.HttpObjectDecoder#decode',
  ],
  ['org.yaml:snakeyaml', '1.30 1.26', 'org.yaml.snakeyaml.Yaml#load'],
  ['com.h2database:h2', '1.4.200', 'org.h2.util.JdbcUtils#getConnection'],
  [
    'org.apache.tomcat.embed:tomcat-embed-core',
    '9.0.43 9.0.31',
    'org.apache.coyote.http11.Http11Processor#service',
  ],
  ['org.postgresql:postgresql', '42.2.18 42.3.1', 'org.postgresql.jdbc.PgResultSet#refreshRow'],
  ['com.google.guava:guava', '29.0-jre', 'com.google.common.io.Files#createTempDir'],
  ['xerces:xercesImpl', '2.12.0', 'org.apache.xerces.parsers.SAXParser#parse'],
];
const node: readonly Row[] = [
  ['lodash', '4.17.15 4.17.19', 'lodash#template lodash#zipObjectDeep'],
  ['express', '4.17.1 4.16.4', 'express/lib/response#redirect'],
  ['minimist', '1.2.5 0.0.8', 'minimist#setKey'],
  ['qs', '6.5.2 6.7.0', 'qs/lib/parse#parseObject'],
  ['axios', '0.21.1 0.19.2', 'axios/lib/adapters/http#httpAdapter'],
  ['jsonwebtoken', '8.5.1', 'jsonwebtoken/verify#verify'],
  ['semver', '7.3.2 5.7.1', 'semver/classes/range#parseRange'],
  ['ws', '7.4.5 6.2.1', 'ws/lib/websocket-server#handleUpgrade'],
  ['handlebars', '4.7.6 4.5.3', 'handlebars/dist/cjs/handlebars/runtime#template'],
  ['node-fetch', '2.6.0', 'node-fetch/lib/index#fetch'],
];
const dotnet: readonly Row[] = [
  ['Newtonsoft.Json', '12.0.3 11.0.2', 'Newtonsoft.Json.JsonConvert#DeserializeObject'],
  ['System.Text.Encodings.Web', '4.5.0', 'System.Text.Encodings.Web.TextEncoder#Encode'],
  ['System.Net.Http', '4.3.0', 'System.Net.Http.HttpClientHandler#SendAsync'],
  ['Microsoft.AspNetCore.Http', '2.1.1', 'Microsoft.AspNetCore.Http.Features.FormFeature#ReadForm'],
  ['log4net', '2.0.8', 'log4net.Config.XmlConfigurator#Configure'],
  ['NuGet.Packaging', '5.8.0'],
];
const go: readonly Row[] = [
  ['golang.org/x/net', 'v0.7.0 v0.1.0', 'golang.org/x/net/http2#ServeConn'],
  ['golang.org/x/crypto', 'v0.14.0 v0.0.0-20220314', 'golang.org/x/crypto/ssh#NewServerConn'],
  ['google.golang.org/grpc', 'v1.53.0 v1.49.0', 'google.golang.org/grpc#Serve'],
  ['github.com/gin-gonic/gin', 'v1.8.1', 'github.com/gin-gonic/gin#ClientIP'],
  ['github.com/golang-jwt/jwt/v4', 'v4.4.2', 'github.com/golang-jwt/jwt#ParseUnverified'],
];
const php: readonly Row[] = [
  ['symfony/http-kernel', 'v5.4.19 v4.4.30', 'Symfony\\Component\\HttpKernel\\HttpCache\\Store#lookup'],
  ['guzzlehttp/guzzle', '7.4.2', 'GuzzleHttp\\RedirectMiddleware#modifyRequest'],
  ['twig/twig', 'v2.14.3', 'Twig\\Loader\\FilesystemLoader#findTemplate'],
  ['laravel/framework', 'v8.40.0', 'Illuminate\\Database\\Query\\Builder#limit'],
];
const python: readonly Row[] = [
  ['django', '3.2.4 2.2.24', 'django.db.models.query#QuerySet.values'],
  ['pillow', '8.1.0 9.0.0', 'PIL.ImageMath#eval'],
  ['urllib3', '1.26.4 1.25.8', 'urllib3.util.url#parse_url'],
  ['pyyaml', '5.3.1', 'yaml#load'],
  ['jinja2', '2.11.2', 'jinja2.sandbox#SandboxedEnvironment.format'],
  ['requests', '2.25.1', 'requests.sessions#Session.rebuild_auth'],
];
const kubernetes: readonly Row[] = [
  ['k8s.io/kubernetes', 'v1.26.3 v1.25.1'],
  ['k8s.io/ingress-nginx', 'v1.2.0'],
];

export const packages: Readonly<Record<Technology, readonly Package[]>> = {
  JAVA: java.map(toPackage),
  NODE_JS: node.map(toPackage),
  DOTNET: dotnet.map(toPackage),
  GO: go.map(toPackage),
  PHP: php.map(toPackage),
  PYTHON: python.map(toPackage),
  KUBERNETES: kubernetes.map(toPackage),
};

/** Runtimes have vulnerabilities of their own (type RUNTIME). */
export const runtimes: Readonly<Record<Technology, Package>> = {
  JAVA: toPackage(['Java runtime', '11.0.9 17.0.2']),
  NODE_JS: toPackage(['Node.js runtime', '16.13.0 18.12.1']),
  DOTNET: toPackage(['.NET runtime', '6.0.3 5.0.9']),
  GO: toPackage(['Go runtime', '1.19.4 1.18.2']),
  PHP: toPackage(['PHP runtime', '7.4.21 8.0.9']),
  PYTHON: toPackage(['Python runtime', '3.8.10 3.9.7']),
  KUBERNETES: toPackage(['Kubernetes', '1.26.3']),
};

/** How often each technology occurs among process groups. */
export const technologyWeights: readonly (readonly [Technology, number])[] = [
  ['JAVA', 44],
  ['NODE_JS', 22],
  ['DOTNET', 13],
  ['PYTHON', 9],
  ['GO', 7],
  ['PHP', 5],
];

export const artefactName: Readonly<Record<Technology, (name: string, version: string) => string>> = {
  JAVA: (name, version) => `${name.split(':')[1] ?? name}-${version}.jar`,
  NODE_JS: (name) => `${name}/package.json`,
  DOTNET: (name) => `${name}.dll`,
  GO: (name, version) => `${name}@${version}`,
  PHP: (name) => `${name}/composer.json`,
  PYTHON: (name, version) => `${name}-${version}.dist-info`,
  KUBERNETES: (name) => name,
};

export const titles = [
  'Remote Code Execution (RCE)',
  'Denial of Service (DoS)',
  'Deserialization of Untrusted Data',
  'Improper Input Validation',
  'Information Exposure',
  'Directory Traversal',
  'Cross-site Scripting (XSS)',
  'XML External Entity (XXE) Injection',
  'Server-Side Request Forgery (SSRF)',
  'Prototype Pollution',
  'HTTP Request Smuggling',
  'Regular Expression Denial of Service (ReDoS)',
  'Privilege Escalation',
  'Open Redirect',
  'Improper Certificate Validation',
  'Use of a Broken Cryptographic Algorithm',
] as const;

export interface WellKnown {
  readonly cve: string;
  readonly technology: Technology;
  readonly packageName: string;
  readonly title: string;
  readonly vector: Vector;
  readonly exploited: boolean;
}

const worst = vectorOf('N', 'L', 'N', 'N', 'U', 'H', 'H', 'H');
export const wellKnown: readonly WellKnown[] = [
  {
    cve: 'CVE-2021-44228',
    technology: 'JAVA',
    packageName: 'org.apache.logging.log4j:log4j-core',
    title: 'Remote Code Execution (RCE)',
    vector: vectorOf('N', 'L', 'N', 'N', 'C', 'H', 'H', 'H'),
    exploited: true,
  },
  {
    cve: 'CVE-2022-22965',
    technology: 'JAVA',
    packageName: 'org.springframework:spring-beans',
    title: 'Remote Code Execution (RCE)',
    vector: worst,
    exploited: true,
  },
  {
    cve: 'CVE-2017-5638',
    technology: 'JAVA',
    packageName: 'org.apache.struts:struts2-core',
    title: 'Remote Code Execution (RCE)',
    vector: worst,
    exploited: true,
  },
  {
    cve: 'CVE-2022-42889',
    technology: 'JAVA',
    packageName: 'org.apache.commons:commons-text',
    title: 'Arbitrary Code Execution',
    vector: worst,
    exploited: false,
  },
  {
    cve: 'CVE-2023-44487',
    technology: 'GO',
    packageName: 'golang.org/x/net',
    title: 'Denial of Service (DoS)',
    vector: vectorOf('N', 'L', 'N', 'N', 'U', 'N', 'N', 'H'),
    exploited: true,
  },
  {
    cve: 'CVE-2021-23337',
    technology: 'NODE_JS',
    packageName: 'lodash',
    title: 'Code Injection',
    vector: vectorOf('N', 'L', 'H', 'N', 'U', 'H', 'H', 'H'),
    exploited: false,
  },
];

export interface CodeFlaw {
  readonly title: string;
  readonly type: CodeLevel['type'];
  readonly inputType: CodeLevel['inputType'];
  readonly sink: string;
  readonly segments: CodeLevel['inputSegments'];
}

export const codeFlaws: readonly CodeFlaw[] = [
  {
    title: 'SQL injection',
    type: 'SQL_INJECTION',
    inputType: 'SQL_STATEMENT',
    sink: 'java.sql.Statement.executeQuery()',
    segments: [
      ['REGULAR_INPUT', "select id from orders where customer = '"],
      ['MALICIOUS_INPUT', "' or 1=1 --"],
      ['REGULAR_INPUT', "'"],
    ],
  },
  {
    title: 'Command injection',
    type: 'CMD_INJECTION',
    inputType: 'COMMAND',
    sink: 'java.lang.ProcessBuilder.start()',
    segments: [
      ['REGULAR_INPUT', 'convert '],
      ['TAINTED_INPUT', 'invoice.pdf; id'],
    ],
  },
  {
    title: 'Improper input validation',
    type: 'IMPROPER_INPUT_VALIDATION',
    inputType: 'JNDI',
    sink: 'javax.naming.Context.lookup()',
    segments: [['MALICIOUS_INPUT', 'ldap://203.0.113.9/a']],
  },
  {
    title: 'Server-side request forgery',
    type: 'SSRF',
    inputType: 'HTTP_CLIENT',
    sink: 'java.net.http.HttpClient.send()',
    segments: [
      ['REGULAR_INPUT', 'http://'],
      ['TAINTED_INPUT', '198.51.100.7/latest'],
    ],
  },
];

function toPackage([name, versions, functions]: Row): Package {
  return {
    name,
    versions: versions.split(' '),
    functions: (functions ?? '')
      .split(' ')
      .filter((text) => text !== '')
      .map((text) => {
        const [className, functionName] = text.split('#');
        return { className: className!, functionName: functionName! };
      }),
  };
}
