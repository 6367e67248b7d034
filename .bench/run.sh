#!/usr/bin/env bash
# Benchmarks. See README.md beside this file.
#   .bench/run.sh activations PEERS_FOLDER   ours beside TransformerLens and Hugging Face, with the ratio
#   .bench/run.sh losses PEERS_FOLDER        per-token losses beside the same two, with the ratio
#   .bench/run.sh executors [REPEATS] [models|losses|erasers|saes|sae-sweep|sae-rounds [TOKENS [WIDTH]]]   jobs on one executor and on two, each on a core of its own
#   .bench/run.sh training PEERS_FOLDER      steps of toy training beside plain PyTorch, with the ratio
#   .bench/run.sh sae PEERS_FOLDER           steps of TopK autoencoders beside sparsify, SAELens and dictionary_learning
#   .bench/run.sh sae-kinds PEERS_FOLDER     the same of ReLU with L1 alone, and BatchTopK, Matryoshka and JumpReLU
#   .bench/run.sh leace PEERS_FOLDER         statistics and erasers beside concept-erasure, with the ratio
#   .bench/run.sh sae-job                    the job train-sae from Parquet to folders: tokens/s, share of reading
#   .bench/run.sh kernels [JMH_ARGUMENTS]    JMH
#   .bench/run.sh soak [BATCHES]             memory over many batches
#   .bench/run.sh memory [NAME...]           what jobs take of memory beside what --dry-run says
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/target/bench
mkdir -p "$out"
export OPT_OUT_TRACKING=true

build() {
  mvn -q -Pbench -pl common,jobs -am -DskipTests -Dspotless.check.skip package dependency:build-classpath \
    -Dmdep.outputFile=target/bench.cp -Dmdep.includeScope=test
  common="common/target/classes:common/target/test-classes:$(cat common/target/bench.cp)"
  # As spark-submit has it: the shaded jar and Spark's own, and the benchmark's class and what its helpers assert with besides.
  assertj=$(tr ':' '\n' < jobs/target/bench.cp | grep /assertj-core-)
  jobs="jobs/target/microtome.jar:jobs/target/test-classes:jobs/target/spark/jars/*:$assertj"
  opens=$(sed -n 's|.*<spark.module.options>\(.*\)</spark.module.options>.*|\1|p' pom.xml)
}

forward() { # MODEL TASKS THREADS BATCH BATCHES
  java -Xmx4g -XX:+UseParallelGC -Dai.djl.offline=true -cp "$common" \
    dev.microtome.bench.ForwardBenchmark "$out/models" "$1" "$2" "$3" "$4" 128 "$5" 3
}

spark() { # TASKS THREADS CLASS ARGUMENTS
  local tasks=$1 threads=$2
  shift 2
  # shellcheck disable=SC2086
  java -Xmx4g -XX:+UseParallelGC $opens -Dai.djl.offline=true -Dspark.master="local[$((tasks * threads))]" \
    -Dspark.task.cpus="$threads" -Dspark.app.name=bench -Dspark.ui.enabled=false -Dspark.driver.host=127.0.0.1 \
    -Dspark.driver.bindAddress=127.0.0.1 -Dspark.local.dir="$out/spark" -cp "$jobs" "$@"
}

job() { # MODEL VOCABULARY LAYER TASKS THREADS BATCH BATCHES REPEATS ENCODING
  spark "$4" "$5" dev.microtome.jobs.activations.CollectBenchmark "$out/models/$1" "$2" \
    "blocks.$3.mlp.hook_post,blocks.$3.hook_resid_post" "$6" 128 "$7" "$8" "$9" "$out/job"
}

peer_python() { # REQUIREMENTS
  if [ -z "${PEERS_PYTHON:-}" ]; then
    if [ ! -x "$out/venv/bin/python" ]; then
      python3 -m venv "$out/venv"
      "$out/venv/bin/pip" install -q -r "$1"
    fi
    PEERS_PYTHON=$out/venv/bin/python
  fi
}

models() {
  java -cp "$common" dev.microtome.bench.BenchModel "$out/models"
}

activations() { # PEERS_FOLDER
  peer_python "$1/requirements.txt"
  build
  models
  results=$out/activations.jsonl
  : > "$results"
  batches=${BATCHES:-8}
  # The small shape's runs are short: more of them, for the compiler to be done with the code.
  for shape in "pythia70m 50304 3 7" "gpt2 50257 6 3"; do
    read -r model vocabulary layer repeats <<< "$shape"
    "$PEERS_PYTHON" "$1/collect_activations.py" --peer transformer_lens --model "$model" --batches "$batches" | tee -a "$results"
    job "$model" "$vocabulary" "$layer" 2 1 8 "$((4 * batches))" "$repeats" binary | tee -a "$results"
    "$PEERS_PYTHON" "$1/collect_activations.py" --peer hf --model "$model" --batches "$batches" | tee -a "$results"
    job "$model" "$vocabulary" "$layer" 2 1 8 "$((4 * batches))" "$repeats" array | tee -a "$results"
    forward "$model" 2 1 8 "$((4 * batches))" | tee -a "$results"
  done
  python3 .bench/table.py "$results"
}

losses() { # PEERS_FOLDER
  peer_python "$1/requirements.txt"
  build
  models
  results=$out/losses.jsonl
  : > "$results"
  # Sequences so that a run takes some twenty seconds.
  for shape in "pythia70m 50304 32" "gpt2 50257 16"; do
    read -r model vocabulary sequences <<< "$shape"
    "$PEERS_PYTHON" "$1/token_loss.py" --peer transformer_lens --model "$model" | tee -a "$results"
    "$PEERS_PYTHON" "$1/token_loss.py" --peer hf --model "$model" | tee -a "$results"
    for split in "2 1" "1 2"; do
      read -r tasks threads <<< "$split"
      spark "$tasks" "$threads" dev.microtome.jobs.losses.LossBenchmark \
        "$out/models/$model" "$vocabulary" 512 "$sequences" 3 "$out/job" | tee -a "$results"
    done
  done
  python3 .bench/losses_table.py "$results"
}

executors() { # REPEATS [models|losses|erasers|saes|sae-sweep|sae-rounds [TOKENS [WIDTH]]]
  build
  # shellcheck disable=SC2086
  java -Xmx512m $opens -Dspark.jars.folder="$PWD/jobs/target/spark/jars" -Dmicrotome.jar="$PWD/jobs/target/microtome.jar" \
    -cp "$jobs" dev.microtome.jobs.cluster.ExecutorsBenchmark "$out/executors" "$@" | tee "$out/executors.jsonl"
}

training() { # PEERS_FOLDER
  peer_python "$1/requirements.txt"
  build
  results=$out/training.jsonl
  : > "$results"
  for shape in attn_only mlp; do
    # MODELS THREADS: one model on one core, one on two, two on one each
    for split in "1 1" "1 2" "2 1"; do
      read -r models threads <<< "$split"
      "$PEERS_PYTHON" "$1/toy_train.py" --shape "$shape" --threads "$((models * threads))" | tee -a "$results"
      java -Xmx2g -Dai.djl.offline=true -cp "$common" \
        dev.microtome.bench.TrainingBenchmark "$shape" "$models" "$threads" 12 | tee -a "$results"
    done
  done
  python3 .bench/training_table.py "$results"
}

sae_peer() { # PEERS_FOLDER PEER ARGUMENTS...
  "$PEERS_PYTHON" "$1/sae_train.py" --peer "$2" --scratch "$out/sae-scratch" "${@:3}" | tee -a "$results"
}

sae_own() { # signum|adam|ARCHITECTURE D_IN D_SAE STEPS THREADS speed|quality
  java -Xmx4g -XX:+UseParallelGC -Dai.djl.offline=true -cp "$common" \
    dev.microtome.bench.SaeTrainingBenchmark "$1" "$2" "$3" 4096 "$4" "$5" "$6" | tee -a "$results"
}

# ReLU with L1 beside the peers' standard ones, and what has no peer there.
sae_kinds() { # PEERS_FOLDER
  for peer in dictlearn-standard saelens-standard; do
    sae_peer "$1" "$peer" --steps 10
    for own in relu relu-2023; do
      sae_own "$own" 512 4096 16 2 speed
    done
  done
  for own in batchtopk matryoshka jumprelu; do
    sae_own "$own" 512 4096 12 2 speed
  done
}

sae_standard() { # PEERS_FOLDER
  peer_python "$1/requirements.txt"
  build
  results=$out/sae-standard.jsonl
  : > "$results"
  sae_kinds "$1"
  python3 .bench/sae_table.py "$results"
}

sae() { # PEERS_FOLDER
  peer_python "$1/requirements.txt"
  build
  results=$out/sae.jsonl
  : > "$results"
  for peer in sparsify-topk saelens-topk-sparse dictlearn-topk; do
    sae_peer "$1" "$peer" --steps 12
    sae_own signum 512 4096 24 2 speed
  done
  sae_own adam 512 4096 24 2 speed
  sae_peer "$1" sparsify-topk --steps 8 --threads 1
  sae_own signum 512 4096 16 1 speed
  for peer in sparsify-topk saelens-topk-sparse dictlearn-topk; do
    sae_peer "$1" "$peer" --d-in 768 --d-sae 16384 --steps 6 --pool-batches 3
    sae_own signum 768 16384 10 2 speed
  done
  sae_kinds "$1"
  if [ "${QUALITY:-1}" = 1 ]; then
    sae_own relu-2023 512 4096 200 2 quality
    sae_own batchtopk 512 4096 200 2 quality
    sae_own signum 512 4096 200 2 quality
    sae_own adam 512 4096 200 2 quality
    sae_peer "$1" sparsify-topk --quality --steps 200 --skip 5 --warmup 20 --pool-batches 200 --pool-file "$out/pool.npy"
  fi
  python3 .bench/sae_table.py "$results"
}

leace() { # PEERS_FOLDER
  peer_python "$1/requirements.txt"
  build
  results=$out/leace.jsonl
  : > "$results"
  # WHAT D CLASSES ROWS: ours on two threads, in float64 always, beside the peer in both
  for shape in "update 768 2 200000" "update 768 28 200000" "eraser 768 2 5632" "eraser 4096 2 12288"; do
    read -r what d classes rows <<< "$shape"
    "$PEERS_PYTHON" "$1/leace_fit.py" --what "$what" --d "$d" --classes "$classes" --rows "$rows" --dtype float64 | tee -a "$results"
    java -Xmx4g -cp "$common" dev.microtome.bench.LeaceBenchmark "$what" "$d" "$classes" "$rows" 2 5 | tee -a "$results"
    "$PEERS_PYTHON" "$1/leace_fit.py" --what "$what" --d "$d" --classes "$classes" --rows "$rows" --dtype float32 | tee -a "$results"
  done
  python3 .bench/leace_table.py "$results"
}

sae_job() { # TASKS THREADS WIDTH ROWS SETTINGS...
  # shellcheck disable=SC2086
  java -Xmx4g -XX:+UseParallelGC $opens -Dai.djl.offline=true -Dspark.master="local[$(($1 * $2))]" \
    -Dspark.task.cpus="$2" -Dspark.app.name=bench -Dspark.ui.enabled=false -Dspark.driver.host=127.0.0.1 \
    -Dspark.driver.bindAddress=127.0.0.1 -Dspark.local.dir="$out/spark" -cp "$jobs" \
    dev.microtome.jobs.saes.TrainSaeBenchmark "$out/sae-job" "$3" "$4" "${@:5}" | tee -a "$results"
}

sae_jobs() {
  build
  results=$out/sae-job.jsonl
  : > "$results"
  sae_job 1 2 512 262144 sae.expansion=8 sae.optimizer=signum
  sae_job 1 2 512 262144 sae.expansion=8
  # A sweep on one task and on two, a core each.
  sweep="sae.expansion=2 grid.k=[16,32] saes-per-part=1"
  # shellcheck disable=SC2086
  sae_job 1 1 512 131072 $sweep
  # shellcheck disable=SC2086
  sae_job 2 1 512 131072 $sweep
}

memory() { # NAMES
  build
  mkdir -p "$out/probe"
  javac -cp jobs/target/microtome.jar -d "$out/probe" .bench/MemoryProbe.java
  python3 .bench/memory.py "$opens -Dai.djl.offline=true -Dspark.master=local[1] -Dspark.app.name=bench \
    -Dspark.ui.enabled=false -Dspark.driver.host=127.0.0.1 -Dspark.driver.bindAddress=127.0.0.1 -Dspark.local.dir=$out/spark \
    -cp $out/probe:$jobs" "$out/memory" "$@" | tee "$out/memory.jsonl"
}

case "${1:-}" in
  memory) memory "${@:2}" ;;
  sae-job) sae_jobs ;;
  sae-kinds) sae_standard "$(cd "${2:?the folder of the peers\' scripts is needed}" && pwd)" ;;
  sae) sae "$(cd "${2:?the folder of the peers\' scripts is needed}" && pwd)" ;;
  leace) leace "$(cd "${2:?the folder of the peers\' scripts is needed}" && pwd)" ;;
  training) training "$(cd "${2:?the folder of the peers\' scripts is needed}" && pwd)" ;;
  activations) activations "$(cd "${2:?the folder of the peers\' scripts is needed}" && pwd)" ;;
  losses) losses "$(cd "${2:?the folder of the peers\' scripts is needed}" && pwd)" ;;
  executors) executors "${2:-3}" "${@:3}" ;;
  kernels)
    shift
    build
    exec java -Dai.djl.offline=true -cp "$common" org.openjdk.jmh.Main "$@"
    ;;
  soak)
    # A heap of fixed size, all of it touched at the start: what grows after that is native.
    mvn -q -pl common test -Dtest=ActivationSoakTest -Dsoak.batches="${2:-10000}" \
      "-Dtest.heap=-Xms1g -Xmx1g -XX:+AlwaysPreTouch"
    ;;
  *)
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
    exit 1
    ;;
esac
