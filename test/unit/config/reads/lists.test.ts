import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listReading } from '../../../../src/config/reads/lists.ts';
import { meansSomethingElse } from '../../../../src/config/reads/urls.ts';

const settings = (fields: string, more = '') =>
  `from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n${more}${fields
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n\nsettings = Settings()\n`;

// [what it is, file, code, how CORS_ORIGINS is read]
const lists: [string, string, string, string | undefined][] = [
  ['pydantic, a list', 'config.py', settings('CORS_ORIGINS: list[str] = []'), 'json'],
  [
    'pydantic, by its name in lower case',
    'config.py',
    settings('cors_origins: List[AnyHttpUrl] = []'),
    'json',
  ],
  [
    'pydantic, a list over several lines',
    'config.py',
    settings('cors_origins: list[\n    str\n] = Field(default=[])'),
    'json',
  ],
  [
    'pydantic, a list whose validator takes commas: it is read as JSON before',
    'config.py',
    settings(
      'CORS_ORIGINS: list[str] = []\n@validator("CORS_ORIGINS")\ndef split(cls, v):\n    return v.split(",")',
    ),
    'json',
  ],
  [
    'pydantic, a list or a text',
    'config.py',
    settings('CORS_ORIGINS: Annotated[list[AnyUrl] | str, BeforeValidator(parse_cors)] = []'),
    'json',
  ],
  ['pydantic, set and tuple', 'config.py', settings('CORS_ORIGINS: tuple[str, ...] = ()'), 'json'],
  ['pydantic, Json', 'config.py', settings('CORS_ORIGINS: Json[list[str]]'), 'json'],
  [
    'pydantic, not decoded',
    'config.py',
    settings(
      'CORS_ORIGINS: Annotated[list[str], NoDecode] = []\n@field_validator("CORS_ORIGINS")\ndef s(cls, v):\n    return v.split(",")',
    ),
    undefined,
  ],
  [
    'pydantic, nothing decoded',
    'config.py',
    settings(
      'CORS_ORIGINS: list[str] = []',
      '    model_config = SettingsConfigDict(enable_decoding=False)\n',
    ),
    undefined,
  ],
  [
    'pydantic, under an alias',
    'config.py',
    settings('origins: list[str] = Field([], validation_alias="CORS_ORIGINS")'),
    'json',
  ],
  [
    'pydantic, under one of several aliases',
    'config.py',
    settings('origins: list[str] = Field(validation_alias=AliasChoices("ORIGINS", "cors_origins"))'),
    'json',
  ],
  ['pydantic 1, env=', 'config.py', settings('origins: List[str] = Field([], env="CORS_ORIGINS")'), 'json'],
  [
    'pydantic, a prefix',
    'config.py',
    settings('cors_origins: list[str] = []', '    model_config = SettingsConfigDict(env_prefix="APP_")\n'),
    undefined,
  ],
  [
    'pydantic, a prefix that makes the name',
    'config.py',
    settings('origins: list[str] = []', '    model_config = SettingsConfigDict(env_prefix="cors_")\n'),
    'json',
  ],
  ['pydantic, one URL', 'config.py', settings('CORS_ORIGINS: AnyHttpUrl | None = None'), 'own'],
  ['pydantic, a text', 'config.py', settings('CORS_ORIGINS: str = ""'), undefined],
  [
    'pydantic, a text apart at blanks',
    'config.py',
    `${settings('cors_origins: str = ""')}\norigins = settings.cors_origins.split()\n`,
    'spaces',
  ],
  [
    'pydantic, a text read as JSON',
    'config.py',
    `${settings('cors_origins: str = "[]"')}\norigins = json.loads(settings.cors_origins)\n`,
    'json',
  ],
  [
    'a class that is none of pydantic’s',
    'config.py',
    'class Config:\n    CORS_ORIGINS: list[str] = []\n',
    undefined,
  ],
  ['getenv, commas', 'main.py', 'origins = os.getenv("CORS_ORIGINS", "http://a").split(",")\n', undefined],
  ['getenv, blanks', 'main.py', 'CORS = os.environ.get("CORS_ORIGINS", "").split()\n', 'spaces'],
  ['getenv, one blank', 'main.py', 'CORS = os.environ["CORS_ORIGINS"].split(" ")\n', 'spaces'],
  ['getenv, semicolons', 'main.py', "CORS = os.environ['CORS_ORIGINS'].split(';')\n", 'semicolons'],
  ['getenv, bars', 'main.py', "CORS = os.environ['CORS_ORIGINS'].split('|')\n", 'own'],
  ['getenv, JSON', 'main.py', 'CORS = json.loads(\n    os.environ.get("CORS_ORIGINS", "[]")\n)\n', 'json'],
  ['getenv, literal_eval', 'main.py', 'CORS = ast.literal_eval(os.environ["CORS_ORIGINS"])\n', 'json'],
  [
    'getenv, later',
    'main.py',
    'raw = os.getenv("CORS_ORIGINS", "")\norigins = [o.strip() for o in raw.split(" ")]\n',
    'spaces',
  ],
  [
    'getenv, one origin',
    'main.py',
    'app.add_middleware(CORSMiddleware, allow_origins=[os.getenv("CORS_ORIGINS", "http://a")])\n',
    'own',
  ],
  [
    'getenv, one origin, later',
    'main.py',
    'origin = os.getenv("CORS_ORIGINS")\napp.add_middleware(M, allow_origins=[origin])\n',
    'own',
  ],
  ['decouple', 'settings.py', 'CORS = config("CORS_ORIGINS", default="", cast=Csv())\n', undefined],
  ['django-environ', 'settings.py', 'CORS = env.list("CORS_ORIGINS", default=[])\n', undefined],
  ['django-environ, JSON', 'settings.py', 'CORS = env.json("CORS_ORIGINS", default=[])\n', 'json'],
  [
    'Node, commas',
    'index.js',
    "cors({ origin: (process.env.CORS_ORIGINS || 'http://a').split(',') })\n",
    undefined,
  ],
  [
    'Node, commas further down',
    'index.js',
    "const origins = (process.env.CORS_ORIGINS ?? '')\n  .split(',')\n  .map((s) => s.trim());\n",
    undefined,
  ],
  [
    'Node, a pattern of both',
    'index.js',
    'const o = process.env.CORS_ORIGINS.split(/[\\s,]+/);\n',
    undefined,
  ],
  ['Node, a pattern of blanks', 'index.js', 'const o = process.env.CORS_ORIGINS.split(/\\s+/);\n', 'spaces'],
  ['Node, JSON', 'index.ts', "const origins = JSON.parse(process.env.CORS_ORIGINS ?? '[]');\n", 'json'],
  [
    'Node, JSON further down',
    'index.ts',
    'const raw = process.env.CORS_ORIGINS;\nconst list = raw ? JSON.parse(raw) : [];\n',
    'json',
  ],
  ['Node, one origin', 'index.js', 'app.use(cors({ origin: process.env.CORS_ORIGINS }));\n', 'own'],
  [
    'Node, one origin over several lines',
    'index.js',
    'app.use(\n  cors({\n    origin: process.env.CORS_ORIGINS,\n    credentials: true,\n  }),\n);\n',
    'own',
  ],
  [
    'Node, both are taken',
    'index.js',
    "const v = process.env.CORS_ORIGINS;\nconst list = v.startsWith('[') ? JSON.parse(v) : v.split(',');\n",
    undefined,
  ],
  [
    'zod, one URL',
    'env.ts',
    'export const env = z.object({\n  PORT: z.coerce.number(),\n  CORS_ORIGINS: z.string().url(),\n});\n',
    'own',
  ],
  [
    'zod, commas',
    'env.ts',
    "z.object({\n  CORS_ORIGINS: z\n    .string()\n    .transform((v) => v.split(',')),\n})\n",
    undefined,
  ],
  [
    'zod, JSON',
    'env.ts',
    'z.object({\n  CORS_ORIGINS: z.string().transform((v) => JSON.parse(v)),\n})\n',
    'json',
  ],
  ['envalid, JSON', 'env.ts', 'cleanEnv(process.env, { CORS_ORIGINS: json() })\n', 'json'],
  ['Nest', 'main.ts', "app.enableCors({ origin: config.get('CORS_ORIGINS') });\n", 'own'],
  [
    'Nest, commas',
    'main.ts',
    "app.enableCors({ origin: config.get<string>('CORS_ORIGINS').split(',') });\n",
    undefined,
  ],
  ['Go, commas', 'main.go', 'origins := strings.Split(os.Getenv("CORS_ORIGINS"), ",")\n', undefined],
  ['Go, blanks', 'main.go', 'origins := strings.Fields(os.Getenv("CORS_ORIGINS"))\n', 'spaces'],
  [
    'Go, one origin',
    'main.go',
    'c := cors.New(cors.Options{AllowedOrigins: []string{os.Getenv("CORS_ORIGINS")}})\n',
    'own',
  ],
  ['PHP', 'cors.php', "'allowed_origins' => explode(';', env('CORS_ORIGINS', '*')),\n", 'semicolons'],
  ['Spring, a property of that name', 'application.yml', 'cors.origins: http://a\n', 'own'],
  ['a comment', 'index.js', '// app.use(cors({ origin: process.env.CORS_ORIGINS }))\n', undefined],
  ['another name', 'index.js', 'app.use(cors({ origin: process.env.MY_CORS_ORIGINS }));\n', undefined],
  ['nobody reads it', 'index.js', 'console.log(process.env);\n', undefined],
];
for (const [name, file, text, expected] of lists) {
  test(`a list is read: ${name}`, () => {
    assert.equal(listReading('CORS_ORIGINS', [{ file: `/p/${file}`, text }]), expected);
  });
}

// [what it is, file, code, does it mean something else by API_URL]
const urls: [string, string, string, boolean][] = [
  ['no default', 'index.js', 'fetch(process.env.API_URL)', false],
  ['a server’s', 'index.js', "const api = process.env.API_URL || 'http://localhost:8000'", false],
  ['a path', 'index.js', "const api = process.env.API_URL || '/api'", true],
  ['the page’s own origin', 'index.js', "const api = process.env.API_URL ?? ''", true],
  [
    'a URL with a path',
    'next.config.js',
    'const api = process.env.API_URL ?? "http://localhost:8000/api/v1"',
    true,
  ],
  [
    'a bare one before a path',
    'next.config.js',
    "destination: `${process.env.API_URL || 'http://127.0.0.1:8000'}/api/:path*`",
    false,
  ],
  ['a stranger’s', 'index.js', "const api = process.env['API_URL'] || 'https://api.test'", true],
  ['zod', 'env.ts', "z.object({\n  API_URL: z.string().default('/v1'),\n})", true],
  [
    'zod, a URL',
    'env.ts',
    "z.object({\n  API_URL: z.string().url().default('http://localhost:8000'),\n})",
    false,
  ],
  ['taken apart', 'index.js', "const { API_URL = '/api' } = process.env;", true],
  ['Python', 'main.py', 'API_URL = os.getenv("API_URL", "http://localhost:8000/api")', true],
  ['Python, or', 'main.py', 'api = os.environ.get("API_URL") or "/api"', true],
  ['pydantic', 'config.py', settings('api_url: str = "/api/v1"'), true],
  ['pydantic, Field', 'config.py', settings('API_URL: str = Field(default="/api/v1")'), true],
  ['pydantic, a server’s', 'config.py', settings('API_URL: str = "http://localhost:8000"'), false],
  ['Ruby', 'config.rb', 'API = ENV.fetch("API_URL", "/api")', true],
  ['another port', 'index.js', "const api = process.env.API_URL || 'http://localhost:9000'", true],
  ['another name', 'index.js', "const api = process.env.VITE_API_URL || '/api'", false],
];
for (const [name, file, text, expected] of urls) {
  test(`a URL’s default: ${name}`, () => {
    assert.equal(meansSomethingElse('API_URL', [{ file: `/p/${file}`, text }], [8000]), expected);
  });
}
